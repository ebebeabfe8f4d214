/**
 * Beginnings of numbers that usually cost more than an ordinary message, as dialled from abroad and inside the country. The table is
 * not complete and cannot be: whoever wants to be certain lists the allowed recipients. A national form may be an ordinary number
 * elsewhere, which then has to be listed or written with its country code.
 */
export const PREMIUM_PREFIXES = [
  { prefix: '+1900', country: 'North America' },
  { prefix: '+1976', country: 'North America' },
  { prefix: '+3190', country: 'Netherlands' },
  { prefix: '+3290', country: 'Belgium' },
  { prefix: '+3389', country: 'France' },
  { prefix: '+34803', country: 'Spain' },
  { prefix: '+34806', country: 'Spain' },
  { prefix: '+34807', country: 'Spain' },
  { prefix: '+39899', country: 'Italy' },
  { prefix: '+41900', country: 'Switzerland' },
  { prefix: '+41901', country: 'Switzerland' },
  { prefix: '+41906', country: 'Switzerland' },
  { prefix: '+43900', country: 'Austria' },
  { prefix: '+43901', country: 'Austria' },
  { prefix: '+43930', country: 'Austria' },
  { prefix: '+43931', country: 'Austria' },
  { prefix: '+449', country: 'United Kingdom' },
  { prefix: '+4487', country: 'United Kingdom' },
  { prefix: '+49137', country: 'Germany' },
  { prefix: '+49190', country: 'Germany' },
  { prefix: '+49900', country: 'Germany' },
  { prefix: '+61190', country: 'Australia' },
  { prefix: '+979', country: 'international premium rate (ITU-T E.164)' },
  { prefix: '0137', country: 'Germany, inside' },
  { prefix: '0190', country: 'Germany and others, inside' },
  { prefix: '0900', country: 'many countries, inside' },
  { prefix: '0901', country: 'Austria, Switzerland, inside' },
  { prefix: '0906', country: 'Switzerland, inside' },
  { prefix: '0930', country: 'Austria, inside' },
  { prefix: '0931', country: 'Austria, inside' },
  { prefix: '1900', country: 'North America and Australia, inside' },
] as const

/** The prefix of the table with which a number begins; `undefined`: none that is known. */
export function premiumPrefixOf(number: string): string | undefined {
  return PREMIUM_PREFIXES.find(({ prefix }) => number.startsWith(prefix))?.prefix
}
