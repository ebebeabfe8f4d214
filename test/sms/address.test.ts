import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import { decodeAddress, decodeSmscAddress, encodeAddress, encodeSmscAddress } from '../../src/sms/address.ts'
import { formatHex, OctetReader, parseHex } from '../../src/sms/octets.ts'

function decode(hex: string) {
  return decodeAddress(new OctetReader(parseHex(hex)), 'TP-OA')
}

const ADDRESSES = [
  ['an international number', '0C91447700091032', '+447700900123', 'international', 'isdn'],
  ['an odd number of digits', '05812143F5', '12345', 'unknown', 'isdn'],
  ['an address of no digits without a lonely +', '0091', '', 'international', 'isdn'],
  ['star, hash and the letters a, b, c', '0681BADC1E', '*#abc1', 'unknown', 'isdn'],
  ['a filler inside the digits as nothing', '0481F143', '134', 'unknown', 'isdn'],
  ['a short code with a private plan', '04C92255', '2255', 'subscriber', 'private'],
  ['an abbreviated number', '02E121', '12', 'abbreviated', 'isdn'],
  ['a reserved type and plan', '02FF21', '12', 'reserved', 'reserved'],
  ['an ERMES plan', '028A21', '12', 'unknown', 'ermes'],
  ['a name of seven letters counted as 13', '0DD0CDB738CD4ECF01', 'Mobilis', 'alphanumeric', 'unknown'],
  [
    'a name of seven letters counted as 14 without a phantom @',
    '0ED0CDB738CD4ECF01',
    'Mobilis',
    'alphanumeric',
    'unknown',
  ],
  ['a name of eight letters counted as 14', '0ED046F67E8C2E473C', 'Fläche_ß', 'alphanumeric', 'unknown'],
  ['an empty name', '00D0', '', 'alphanumeric', 'unknown'],
] as const

for (const [what, hex, number, typeOfNumber, numberingPlan] of ADDRESSES) {
  test(`decoding an address reads ${what}`, () => {
    const typeOfAddress = Number.parseInt(hex.slice(2, 4), 16)
    assert.deepEqual(decode(hex), { number, typeOfNumber, numberingPlan, typeOfAddress })
  })
}

test('an address of more than twenty semi-octets or with missing digits is refused by its name', () => {
  for (const hex of [`1591${'11'.repeat(11)}`, '0C9144', '0C']) {
    assert.throws(
      () => decode(hex),
      (error) => error instanceof ModemError && error.code === 'protocol' && error.message.includes('TP-OA'),
      hex,
    )
  }
})

test('the service centre counts octets, and an empty one is null', () => {
  const cases = [
    ['07914477009890F9', '+44770089099'],
    ['0581600021F3', '0600123'],
    ['00', null],
    ['0191', null],
    ['0391FFFF', null],
  ] as const
  for (const [hex, expected] of cases) {
    assert.equal(decodeSmscAddress(new OctetReader(parseHex(hex))), expected, hex)
  }
})

test('a service centre of impossible length is refused', () => {
  for (const hex of [`0C91${'11'.repeat(11)}`, `FF${'FF'.repeat(300)}`, '079144']) {
    assert.throws(() => decodeSmscAddress(new OctetReader(parseHex(hex))), ModemError, hex)
  }
})

test('recipients are written as international with +, else as unknown', () => {
  const cases = [
    ['+447700900123', '0C91447700091032'],
    ['12345', '05812143F5'],
    ['*100#', '05811A00FB'],
    ['12a3bc', '0681213CED'],
    ['1', '0181F1'],
    ['+12345678901234567890', '149121436587092143658709'],
  ] as const
  for (const [to, hex] of cases) assert.equal(formatHex(encodeAddress(to)), hex, to)
})

test('a service centre is written with its octet count, or as none', () => {
  assert.equal(formatHex(encodeSmscAddress('+447700900999')), '0791447700099099')
  assert.equal(formatHex(encodeSmscAddress('12345')), '04812143F5')
  assert.equal(formatHex(encodeSmscAddress(null)), '00')
})

test('what is no phone number is refused as an invalid request, and the message does not repeat it', () => {
  for (const to of [
    '',
    '+',
    '++49',
    '49+1',
    '+49 170',
    '0170-123',
    'Alice',
    'ABC',
    '١٢٣',
    '123456789012345678901',
    '1\n',
  ]) {
    assert.throws(
      () => encodeAddress(to),
      (error) => error instanceof ModemError && error.code === 'invalid_request' && error.detail === to,
      JSON.stringify(to),
    )
  }
})
