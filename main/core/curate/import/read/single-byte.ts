interface Alphabet {
  labels: readonly string[];
  /** The letters beyond ASCII, in lower case. */
  letters: Set<string>;
  /** So large a part of all letters is beyond ASCII, at least and at most. */
  least: number;
  most: number;
}

const western = ['windows-1252'];
const central = ['windows-1250', 'iso-8859-2'];
const baltic = ['windows-1257'];
const cyrillic = ['windows-1251', 'koi8-r', 'koi8-u', 'iso-8859-5', 'ibm866'];

// A text is in one language: what reads as a mixture of several was written in another encoding.
const alphabets: Alphabet[] = [
  // English with the names and loan words of its neighbours: few letters, of many languages.
  alphabet(western, 'àáâãäåæçèéêëíîïñóôöøúûüß', 0, 0.06),
  alphabet(western, 'äöüßéàèáô'),
  alphabet(western, 'àâæçèéêëîïôœùûüÿ'),
  alphabet(western, 'áéíñóúüçàè'),
  alphabet(western, 'àáâãçéêíóôõúü'),
  alphabet(western, 'àèéìíîòóùú'),
  alphabet(western, 'àçèéíïòóúü'),
  alphabet(western, 'áäèéëïíóöúüê'),
  alphabet(western, 'æøåéèêóôòäöü'),
  alphabet(western, 'åäöéèüà'),
  alphabet(western, 'áéíóúýþæöð'),
  alphabet(central, 'áčďéěíňóřšťúůýž', 0.02),
  alphabet(central, 'áäčďéíĺľňóôŕšťúýž', 0.02),
  alphabet(central, 'ąćęłńóśźż', 0.02),
  alphabet(central, 'áéíóöőúüű', 0.02),
  alphabet(central, 'čćđšž', 0.02),
  alphabet(['windows-1250'], 'ăâîşţ', 0.02),
  alphabet(['windows-1254'], 'çğıöşüâîû', 0.02),
  alphabet(baltic, 'ąčęėįšųūž', 0.02),
  alphabet(baltic, 'āčēģīķļņšūž', 0.02),
  alphabet(cyrillic, 'абвгдеёжзийклмнопрстуфхцчшщъыьэюя', 0.1),
  alphabet(cyrillic, 'абвгґдеєжзиіїйклмнопрстуфхцчшщьюя', 0.1),
  alphabet(cyrillic, 'абвгдђежзијклљмнњопрстћуфхцчџш', 0.1),
  alphabet(['windows-1253', 'iso-8859-7'], 'αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ', 0.1),
  alphabet(['windows-1255'], 'אבגדהוזחטיךכלםמןנסעףפץצקרשת', 0.1),
];

/** What stands between two letters, or at the end of a word, in any language. */
const joiners = new Set('’‘´·–—…\u00a0\u00ad×');
const symbols = new Set('“”„‚‹›«»•€£¥¢°©®™¡¿§¶†‡÷±²³¹½¼¾µºª№');
// A capital within a word, a final sigma that is not, letters of two scripts in one word.
const breaks =
  /\p{Ll}(?![\0-\x7f])\p{Lu}|(?![\0-\x7f])\p{Ll}\p{Lu}|ς(?=\p{L})|[A-Za-z](?=[\u0370-\u05ff])|[\u0370-\u05ff](?=[A-Za-z])/gu;
const symbolInWord = /(?<=\p{L})[^\p{L}\p{M}\0-\x7f](?=\p{L})/gu;
/** So much is decoded: more tells nothing new. */
const tellingBytes = 64 * 1024;

/**
 * The encodings of one byte a character in which text is one of a language: with letters of its
 * alphabet, capitals at the start of words only, and no symbols within them. Those that read it
 * alike count as one, and of the others those that read most letters.
 */
export function singleByteEncodings(sample: Buffer): string[] {
  const first = sample.findIndex((byte) => byte >= 0x80);
  const start = Math.max(0, first - 200);
  const bytes = sample.subarray(start, start + tellingBytes);
  const found = new Map<string, { label: string; letters: number }>();
  for (const label of new Set(alphabets.flatMap(({ labels }) => labels))) {
    const text = new TextDecoder(label).decode(bytes);
    const letters = found.has(text) ? undefined : lettersOfOneLanguage(text, label);
    if (letters !== undefined) found.set(text, { label, letters });
  }
  const most = Math.max(...[...found.values()].map(({ letters }) => letters));
  return [...found.values()].filter(({ letters }) => letters === most).map(({ label }) => label);
}

/** How many letters beyond ASCII a text has; `undefined` when they are of no one language. */
function lettersOfOneLanguage(text: string, label: string): number | undefined {
  const foreign = text.match(/[^\0-\x7f]/gu) ?? [];
  const letters = foreign.filter(isLetter);
  const misplaced = (text.match(symbolInWord) ?? []).filter((mark) => !joiners.has(mark));
  const strange = foreign.filter(
    (mark) => !isLetter(mark) && !joiners.has(mark) && !symbols.has(mark),
  );
  const wrong = misplaced.length + strange.length + (text.match(breaks) ?? []).length;
  const tolerated = Math.floor(foreign.length / 50);
  if (wrong > tolerated) return undefined;
  if (letters.length === 0) return western.includes(label) ? 0 : undefined;
  const share = letters.length / (text.match(/\p{L}/gu) ?? []).length;
  // A letter that the language does not have is a name from elsewhere, now and then.
  const isLanguage = (each: Alphabet) =>
    each.labels.includes(label) &&
    share >= each.least &&
    share <= each.most &&
    letters.filter((letter) => !each.letters.has(letter)).length + wrong <= tolerated;
  return alphabets.some(isLanguage) ? letters.length : undefined;
}

const isLetter = (character: string) => /[^\P{L}ªºµ]/u.test(character);

function alphabet(labels: readonly string[], letters: string, least = 0, most = 1): Alphabet {
  const capitals = Array.from(letters, (letter) => letter.toUpperCase());
  return { labels, letters: new Set([...Array.from(letters), ...capitals, 'İ']), least, most };
}
