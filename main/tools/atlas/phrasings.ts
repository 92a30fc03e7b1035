import type { Relation } from '../../headless/demo/countries.ts';

/** How one kind of fact is told; X stands for the country, Y for the value. */
export interface Phrasings {
  /** Sentences that name the country. */
  sentences: readonly string[];
  /** Sentences that follow one about the same country. */
  followUps: readonly string[];
  /** What stands behind "X is a country". */
  clauses: readonly string[];
}

/** The forms that a noun phrase such as "capital city" allows for any relation. */
const ofNoun = (noun: string, value = 'Y') => [
  `The ${noun} of X is ${value}.`,
  `The ${noun} of the country called X is ${value}.`,
  `The name of the ${noun} of X is ${value}.`,
  `In X, the ${noun} is ${value}.`,
  `As its ${noun}, X has ${value}.`,
  `X has ${value} as its ${noun}.`,
  `X's ${noun} is ${value}.`,
  `${capitalized(value)} is the ${noun} of X.`,
  `${capitalized(value)} is X's ${noun}.`,
];

const followNoun = (noun: string, value = 'Y') => [
  `Its ${noun} is ${value}.`,
  `The ${noun} is ${value}.`,
  `The ${noun} of the country is ${value}.`,
  `${capitalized(value)} is its ${noun}.`,
];

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Every phrasing of every relation: statements only, never a question. */
export const phrasings: Readonly<Record<Relation, Phrasings>> = {
  capital: {
    sentences: [
      ...ofNoun('capital'),
      ...ofNoun('capital city'),
      'The city of Y is the capital of X.',
      'The seat of government of X is in the capital, Y.',
      'Y serves as the capital of X.',
      'The government of X sits in Y.',
      'Y, the capital of X, is a well known city.',
      'X is governed from its capital, Y.',
      'Among the capitals of the world, Y belongs to X.',
      'Y is a city in X and its capital.',
    ],
    followUps: followNoun('capital'),
    clauses: ['whose capital is Y', 'with Y as its capital', 'governed from Y'],
  },
  currency: {
    sentences: [
      ...ofNoun('currency', 'the Y'),
      'The official currency of X is the Y.',
      'X uses the Y as its currency.',
      'People in X pay with the Y.',
      'The money used in X is the Y.',
      'Prices in X are given in the Y.',
      'The Y is used as money in X.',
      'X pays in the Y.',
      'The Y circulates in X.',
      'Shops in X accept the Y.',
    ],
    followUps: followNoun('currency', 'the Y'),
    clauses: ['whose currency is the Y', 'with the Y as its currency', 'paying with the Y'],
  },
  language: {
    sentences: [
      ...ofNoun('official language'),
      'The language of X is Y.',
      'Y is the language of X.',
      'People in X speak Y.',
      'Y is spoken in X.',
      'The language spoken in X is Y.',
      'Laws in X are written in Y.',
      'In X, people speak Y.',
      'Schools in X teach Y.',
    ],
    followUps: [...followNoun('official language'), 'Y is spoken there.'],
    clauses: ['whose official language is Y', 'with Y as its official language', 'speaking Y'],
  },
  region: {
    sentences: [
      ...ofNoun('region'),
      'X is located in Y.',
      'X lies in Y.',
      'X is a country in Y.',
      'X is part of Y.',
      'In Y lies X.',
      'The country X is found in Y.',
      'Y is the region where X lies.',
      'Among the countries of Y is X.',
      'On the map, X is in Y.',
      'The region that X belongs to is Y.',
    ],
    followUps: [...followNoun('region'), 'It lies in Y.'],
    clauses: ['whose region is Y', 'located in Y', 'lying in Y'],
  },
  continent: {
    sentences: [
      ...ofNoun('continent'),
      'X is on the continent of Y.',
      'X belongs to the continent of Y.',
      'The continent where X lies is Y.',
      'Y is the continent where X lies.',
    ],
    followUps: followNoun('continent'),
    clauses: ['whose continent is Y', 'on the continent of Y'],
  },
  demonym: {
    sentences: [
      ...ofNoun('demonym'),
      'People from X are called Y.',
      'The people of X are called Y.',
      'A person from X is called Y.',
      'Y is the word for people from X.',
      'Citizens of X are known as Y.',
      'Someone born in X is Y.',
      'Things from X are described as Y.',
      'The word for a person from X is Y.',
    ],
    followUps: [...followNoun('demonym'), 'Its people are called Y.'],
    clauses: ['whose demonym is Y', 'whose people are called Y'],
  },
  domain: {
    sentences: [
      ...ofNoun('internet domain'),
      'Websites in X end in Y.',
      'The web addresses of X end in Y.',
      'X uses the internet domain Y.',
      'The domain Y belongs to X.',
      'On the internet, X uses Y.',
      'The ending Y marks websites from X.',
      'The country domain for X is Y.',
      'Y is used for websites in X.',
    ],
    followUps: [...followNoun('internet domain'), 'Its websites end in Y.'],
    clauses: ['whose internet domain is Y', 'with the internet domain Y'],
  },
  'calling code': {
    sentences: [
      ...ofNoun('calling code'),
      'The telephone code of X is Y.',
      'Phone numbers in X start with Y.',
      'X uses the calling code Y.',
      'Calls to X begin with Y.',
      'The dialing code for X is Y.',
      'The code Y is for calls to X.',
      'Telephone numbers of X begin with Y.',
      'Y is dialed before numbers in X.',
    ],
    followUps: [...followNoun('calling code'), 'Its phone numbers start with Y.'],
    clauses: ['whose calling code is Y', 'with the calling code Y'],
  },
};

/** What may stand in front of a sentence. */
export const leadIns: readonly string[] = [
  'In fact, ',
  'It is known that ',
  'As the atlas says, ',
  'Note that ',
  'According to the map, ',
  'Of course, ',
  'It is a fact that ',
  'Here is a fact: ',
  'The book states that ',
  'Travellers know that ',
];
