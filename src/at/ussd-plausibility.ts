/** What messages are mostly made of, whatever their language. */
const COMMON = /[A-Za-z0-9 \r\n.,:;!?%'"()*+\-/=#€]/
const LETTER = /\p{L}|\p{M}/u
/** Nobody writes these: controls, unassigned and private characters, halves of pairs. */
const NEVER = /[\p{Cc}\p{Cn}\p{Co}\p{Cs}\ufffd]/u

/** The scripts of the networks' languages; a text has one of them, and perhaps Latin words in between. */
const SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Arabic}/u,
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}/u,
  /\p{Script=Hangul}/u,
  /(?!\p{Script=Latin}|\p{Script=Cyrillic}|\p{Script=Greek}|\p{Script=Arabic}|\p{Script=Han}|\p{Script=Hangul})\p{L}/u,
]

/** Joints that words do not have: a capital behind a small letter, a sign of the alphabet's edges within a word. */
const BROKEN_WORD = /(?<=\p{Ll})\p{Lu}|(?<=\p{L})\d(?=\p{L})|(?<=\p{L})[^\p{L}\p{M}\p{N}\s.,:;!?'"()/-](?=\p{L})/gu

/** How much a text looks like one that somebody wrote; 1 is the best there is, noise is well below. */
export function plausibility(text: string): number {
  const characters = [...text]
  if (characters.length === 0) return 0
  const weight = characters.reduce((sum, character) => sum + weightOf(character), 0) / characters.length
  const scripts = SCRIPTS.filter((script) => script.test(text)).length
  const breaks = text.match(BROKEN_WORD)?.length ?? 0
  return weight - 0.15 * Math.max(0, scripts - 1) - breaks / characters.length
}

function weightOf(character: string): number {
  if (character === '\r' || character === '\n' || COMMON.test(character)) return 1
  if (NEVER.test(character)) return -2
  return LETTER.test(character) ? 0.9 : 0.3
}
