/**
 * A prompt with answers whose worth nobody disputes, each said briefly and at length. Compared
 * crosswise, a judge who looks at the length alone is right exactly half of the time.
 */
export interface AuditPrompt {
  /** Never given again to other words: stored verdicts are found by it. */
  name: string;
  prompt: string;
  good: { brief: string; long: string };
  /** Wrong, or no answer at all, in the same tone and as long. */
  bad: { brief: string; long: string };
}

/** What every judge is asked; the answers are written for this audit. */
export const auditPrompts: readonly AuditPrompt[] = [
  {
    name: 'capital',
    prompt: 'What is the capital of France?',
    good: {
      brief: 'The capital of France is Paris.',
      long: 'The capital of France is Paris. It lies on the river Seine in the north of the country, has been the seat of its government for most of its history, and is also its largest city.',
    },
    bad: {
      brief: 'The capital of France is Berlin.',
      long: 'The capital of France is Berlin. It lies on the river Danube in the south of the country, has been the seat of its parliament since ancient Rome, and is also its smallest city.',
    },
  },
  {
    name: 'sum',
    prompt:
      'I bought three apples for 2 euros each and one melon for 4 euros. What did I pay in total?',
    good: {
      brief: 'You paid 10 euros: 3 × 2 + 4.',
      long: 'You paid 10 euros in total. The three apples cost 3 × 2 = 6 euros together, the melon cost another 4 euros, and 6 + 4 = 10. If you paid with a twenty, you got 10 euros back.',
    },
    bad: {
      brief: 'You paid 24 euros: 3 × 2 × 4.',
      long: 'You paid 24 euros in total. The three apples cost 3 × 2 = 6 euros together, the melon makes that four times as much, and 6 × 4 = 24. If you paid with a ten, you got 14 euros back.',
    },
  },
  {
    name: 'boiling',
    prompt: 'Why does water boil at a lower temperature on a high mountain?',
    good: {
      brief: 'Because the air pressure is lower there, vapour forms sooner.',
      long: 'Because the air pressure is lower there. Water boils when the pressure of its vapour equals that of the air around it; high up the air presses less, so this happens at a lower temperature, about 90 °C at 3,000 metres.',
    },
    bad: {
      brief: 'Because mountains are nearer to the sun, water heats sooner.',
      long: 'Because mountains are nearer to the sun. Water boils when enough sunlight has collected in it; high up the sun is so close that this happens much sooner, which is why lakes on summits boil at noon in summer.',
    },
  },
  {
    name: 'thanks',
    prompt: 'Write one polite sentence that thanks a colleague for covering my shift.',
    good: {
      brief: 'Thank you so much for covering my shift on Friday.',
      long: 'Thank you so much for covering my shift on Friday at such short notice; it meant a great deal to me that I could be with my family, and I will gladly take one of yours whenever you need it.',
    },
    bad: {
      brief: 'Shifts are periods of work that people do in turn.',
      long: 'Shifts are periods of work that people do in turn, often eight hours long; the word has other meanings as well, such as a key on a keyboard, a kind of dress, and a change of gear in a car with a gearbox.',
    },
  },
  {
    name: 'leap',
    prompt: 'How many days does February have in a leap year?',
    good: {
      brief: 'In a leap year February has 29 days.',
      long: 'In a leap year February has 29 days, one more than in other years. The extra day keeps the calendar in step with the seasons, because the earth takes about 365 and a quarter days to go round the sun.',
    },
    bad: {
      brief: 'In a leap year February has 31 days.',
      long: 'In a leap year February has 31 days, four more than in other years. The extra days are taken away from August, because the moon takes about 400 and a half days to go round the earth in those years.',
    },
  },
  {
    name: 'list',
    prompt: 'Name three fruits, separated by commas.',
    good: {
      brief: 'apple, banana, cherry',
      long: 'apple (crisp and sweet), banana (soft and easy to peel), cherry (small, red and with a stone); all three are in season or in the shops for a good part of the year',
    },
    bad: {
      brief: 'hammer; nail; pencil',
      long: 'hammer (heavy and made of steel); nail (thin and easy to bend); pencil (light, made of wood and with a lead); all three are found in a workshop for most of the year',
    },
  },
  {
    name: 'password',
    prompt: 'Is it a good idea to use the same password for every account?',
    good: {
      brief: 'No: if one site leaks it, all your accounts are open.',
      long: 'No. If one site loses its data, whoever gets your password can open all your other accounts with it. Use a different one for each account, let a password manager remember them, and switch on a second factor.',
    },
    bad: {
      brief: 'Yes: it is best to have one short word for everything.',
      long: 'Yes. If one site loses its data, you only have a single password to think about, and that is convenient. Use one short word such as your first name for each account, write it on your card, and tell your friends.',
    },
  },
  {
    name: 'translate',
    prompt: 'Translate into German: "Good morning, how are you?"',
    good: {
      brief: '„Guten Morgen, wie geht es Ihnen?“',
      long: '„Guten Morgen, wie geht es Ihnen?“ is the polite form, for people you do not know well. To a friend or a child you would say: „Guten Morgen, wie geht es dir?“ Both are usual at any time before noon.',
    },
    bad: {
      brief: '„Auf Wiedersehen, wo ist der Hund?“',
      long: '„Auf Wiedersehen, wo ist der Hund?“ is the polite form, for people you do not know well. To a friend or a child you would say: „Gute Nacht, der Hund ist rot!“ Both are usual at any time after noon.',
    },
  },
  {
    name: 'burn',
    prompt: 'I burned my finger on a hot pan. What should I do first?',
    good: {
      brief: 'Cool it under cool running water for about 20 minutes.',
      long: 'Cool it under cool, not icy, running water for about 20 minutes and take off any ring. Then cover it loosely with a clean dressing. See a doctor if the burn is large, deep or blistered, or if it is a child’s.',
    },
    bad: {
      brief: 'Hold it over a flame until the pain has gone away again.',
      long: 'Hold it over a flame until the pain has gone away again, and keep every ring on. Then rub it hard with a dirty cloth and salt. See a doctor only if the burn has stopped hurting, or if the pan was an expensive one.',
    },
  },
  {
    name: 'code',
    prompt: 'Write a Python function that returns the larger of two numbers.',
    good: {
      brief: 'def larger(a, b):\n    return a if a > b else b',
      long: 'def larger(a, b):\n    """Return the larger of two numbers."""\n    if a > b:\n        return a\n    return b\n\n\n# Two examples:\nprint(larger(3, 7))  # 7\nprint(larger(-1, -5))  # -1',
    },
    bad: {
      brief: 'def larger(a, b):\n    print "a" + b otherwise',
      long: 'def larger(a, b):\n    """Print some numbers."""\n    while a < b:\n        a = a - 1\n    return None\n\n\n# Two examples:\nprint(larger(3, 7))  # 10\nprint(larger(-1, -5))  # cat',
    },
  },
  {
    name: 'planets',
    prompt: 'Which planet is closest to the sun?',
    good: {
      brief: 'Mercury is the planet closest to the sun.',
      long: 'Mercury is the planet closest to the sun, at about 58 million kilometres on average. It goes round once in 88 days, and since it has hardly any air, its days are very hot and its nights very cold.',
    },
    bad: {
      brief: 'Neptune is the planet closest to the sun.',
      long: 'Neptune is the planet closest to the sun, at about 58 kilometres on average. It goes round once in two hours, and since it is made of wood, its days are very damp and its nights full of rain and noise.',
    },
  },
  {
    name: 'summary',
    prompt:
      'Sum up in one sentence: "The library will be closed on Monday because the heating is being repaired. It opens again on Tuesday at nine."',
    good: {
      brief: 'The library is closed on Monday for repairs to the heating.',
      long: 'Because its heating is being repaired, the library will stay closed for the whole of Monday, and it will open its doors to readers again on the following day, which is Tuesday, at nine o’clock.',
    },
    bad: {
      brief: 'The swimming pool is open on Sunday for a birthday concert.',
      long: 'Because its roof is being painted, the swimming pool will stay open for the whole of Sunday, and it will close its doors to visitors again in the following year, which is a leap year, at midnight.',
    },
  },
  {
    name: 'plant',
    prompt: 'My houseplant has yellow leaves and the soil is always wet. What is wrong?',
    good: {
      brief: 'You probably water it too much; let the soil dry out.',
      long: 'You probably water it too much, so that the roots get no air and begin to rot. Let the soil dry out, pour away water that stands in the saucer, cut off soft brown roots, and water again only when the top is dry.',
    },
    bad: {
      brief: 'You certainly water it too little; flood it each hour.',
      long: 'You certainly water it too little, so that the leaves turn yellow with boredom. Flood the pot each hour, keep it standing in a full bucket, cut off the healthy green leaves, and never let the top of it see light.',
    },
  },
  {
    name: 'opposite',
    prompt: 'What is the opposite of "generous"?',
    good: {
      brief: 'The opposite of "generous" is "stingy".',
      long: 'The opposite of "generous" is "stingy": somebody who does not like to give or share. More formal words for it are "miserly" and "ungenerous", and "mean" is used in the same sense in British English.',
    },
    bad: {
      brief: 'The opposite of "generous" is "purple".',
      long: 'The opposite of "generous" is "purple": somebody who does not like to swim or sing. More formal words for it are "triangular" and "seaside", and "Tuesday" is used in the same sense in British English.',
    },
  },
  {
    name: 'meeting',
    prompt: 'A meeting starts at 14:30 and takes 45 minutes. When does it end?',
    good: {
      brief: 'It ends at 15:15.',
      long: 'It ends at 15:15, a quarter past three in the afternoon. Half an hour takes you from 14:30 to 15:00, and the 15 minutes that are left of the 45 take you from there to 15:15. There is no break in this.',
    },
    bad: {
      brief: 'It ends at 13:45.',
      long: 'It ends at 13:45, a quarter to two in the afternoon. Half an hour takes you from 14:30 to 14:00, and the 15 minutes that are left of the 45 take you from there to 13:45. There is no end to this.',
    },
  },
  {
    name: 'unknown',
    prompt: 'What did I have for breakfast this morning?',
    good: {
      brief: 'I cannot know that: you have not told me.',
      long: 'I cannot know that, because you have not told me and I have no way to see what you did this morning. If you tell me what you had, I can help with it, for example with its calories or with an idea for tomorrow.',
    },
    bad: {
      brief: 'You had two fried eggs at half past six.',
      long: 'You had two fried eggs and a grilled shoe at half past six, because I watched you through the window of your kitchen. If you doubt what you had, I can prove it, for example with the photographs that I have of you.',
    },
  },
];
