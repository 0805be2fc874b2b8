import type { Environment } from './read-environment.js';

export interface SecretRules {
  /** The variable's name, and how many characters it needs at least. */
  readonly secrets: Readonly<Record<string, number>>;
  /** Variables with URLs that may have a password inside. */
  readonly urls?: readonly string[];
}

/** Words of examples and of images that come with a password; they are looked for anywhere in a secret. */
const EXAMPLE_WORDS = ['secret', 'changeme', 'change-me', 'password', 'development', 'example', 'minioadmin', 'your-'];
/** A password in a URL is the database's or the broker's own: only what everybody knows is refused. */
const KNOWN_PASSWORDS = new Set(['postgres', 'password', 'changeme', 'change-me', 'secret', 'nats', 'admin', 'root', 'vision', 'example']);
const LEAST_DIFFERENT_CHARACTERS = 6;

/**
 * What is wrong with the secrets that are set, for a process in production: short, an example's, or two that are the same, so that who learns one has both. Each answer names variables, never a value.
 */
export function secretProblems(given: Environment, { secrets, urls = [] }: SecretRules): string[] {
  return [...Object.entries(secrets).flatMap(([name, least]) => ofSecret(name, given[name], least)), ...urls.flatMap((name) => ofUrl(name, given[name])), ...equalOnes(given, Object.keys(secrets))];
}

function ofSecret(name: string, value: string | undefined, least: number): string[] {
  if (value === undefined) return [];
  if (value.length < least) return [`${name}: production expects a random value of ${least} characters at least`];
  const lower = value.toLowerCase();
  const isKnown = new Set(value).size < LEAST_DIFFERENT_CHARACTERS || EXAMPLE_WORDS.some((word) => lower.includes(word));
  return isKnown ? [`${name}: production expects a random value of its own, not one of an example`] : [];
}

function ofUrl(name: string, value: string | undefined): string[] {
  for (const one of value?.split(',') ?? []) {
    if (!URL.canParse(one.trim())) continue;
    const { password, username } = new URL(one.trim());
    if (password !== '' && (KNOWN_PASSWORDS.has(decodeURIComponent(password).toLowerCase()) || password === username)) return [`${name}: production expects another password in it than a default one or the user's name`];
  }
  return [];
}

function equalOnes(given: Environment, names: readonly string[]): string[] {
  return names.flatMap((name, index) => {
    const value = given[name];
    const twin = value === undefined ? undefined : names.slice(0, index).find((other) => given[other] === value);
    return twin === undefined ? [] : [`${name}: production expects another value than that of ${twin}`];
  });
}
