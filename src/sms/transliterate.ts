import anyAscii from 'any-ascii'
import { encodeSeptets } from './gsm7.ts'

/** Characters that say something only together with their neighbours: without them the text is still whole. */
const MAY_VANISH = /^[\p{M}\p{Lm}\p{Cf}\p{Emoji_Modifier}\u0627]$/u

/**
 * Text → the nearest text that the GSM 7 bit default alphabet can carry: `„Über“ 😀` → `"Über" :grinning:`. Characters
 * for which nothing is known become `?`.
 */
export function transliterate(text: string): string {
  return [...text.normalize('NFC')].map(nearest).join('')
}

function nearest(character: string): string {
  if (encodeSeptets(character) !== undefined) return character
  if (/\s/.test(character)) return ' '
  const ascii = anyAscii(character)
  if (ascii === '') return MAY_VANISH.test(character) ? '' : '?'
  return [...ascii]
    .map((replacement) => (encodeSeptets(replacement) === undefined ? lastResort(replacement) : replacement))
    .join('')
}

/** The back-tick is the one printable ASCII character that GSM 7 bit lacks. */
function lastResort(ascii: string): string {
  return ascii === '`' ? "'" : '?'
}
