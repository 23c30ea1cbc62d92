/** Libraries in whose words `requireSession` can say why there is no session. */
export const ERROR_WORDS = ['jsonwebtoken', 'njwt', 'jwt-simple'] as const;

export type ErrorWords = (typeof ERROR_WORDS)[number];

type Reason = 'absent' | 'expired' | 'forged' | 'invalid' | 'shapeless';

interface Words extends Readonly<Record<Reason, string>> {
  /** What the errors are called. */
  readonly name: string;
  /** Other properties that repeat the message. */
  readonly repeated: readonly string[];
}

const WORDS: Readonly<Record<Exclude<ErrorWords, 'jsonwebtoken'>, Words>> = {
  njwt: {
    name: 'JwtParseError',
    repeated: ['userMessage'],
    absent: 'Jwt cannot be parsed',
    expired: 'Jwt is expired',
    forged: 'Signature verification failed',
    invalid: 'Signature verification failed',
    shapeless: 'Jwt cannot be parsed',
  },
  'jwt-simple': {
    name: 'Error',
    repeated: [],
    absent: 'No token supplied',
    expired: 'Token expired',
    forged: 'Signature verification failed',
    invalid: 'Signature verification failed',
    shapeless: 'Not enough or too many segments',
  },
};

/** The error, named and worded as that library's, for code that looks at its errors or sends them on. */
export function inWordsOf<E extends Error>(library: ErrorWords, reason: Reason, error: E): E {
  if (library === 'jsonwebtoken') return error;
  const { name, repeated, [reason]: message } = WORDS[library];
  return Object.assign(error, {
    name,
    message,
    ...Object.fromEntries(repeated.map((key) => [key, message])),
  });
}
