import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CME_ERRORS, CMS_ERRORS } from '../../src/at/error-numbers.ts'
import { isFinal, shapeOf, toError } from '../../src/at/result-codes.ts'
import { ModemError } from '../../src/modem/errors.ts'
import { randomNumbers, VECTORS } from './vectors.ts'

const SHAPES = [
  { command: 'AT+CREG?', shape: { name: '+CREG', form: 'read', isDial: false, isSilent: false } },
  { command: 'at+cops=?', shape: { name: '+COPS', form: 'test', isDial: false, isSilent: false } },
  { command: 'AT+CMGS=23', shape: { name: '+CMGS', form: 'set', isDial: false, isSilent: false } },
  { command: 'AT+CSQ', shape: { name: '+CSQ', form: 'execute', isDial: false, isSilent: false } },
  { command: 'AT^ICCID?', shape: { name: '^ICCID', form: 'read', isDial: false, isSilent: false } },
  { command: 'AT', shape: { name: '', form: 'execute', isDial: false, isSilent: true } },
  { command: 'ATE0V1', shape: { name: '', form: 'execute', isDial: false, isSilent: true } },
  { command: 'ATI', shape: { name: '', form: 'execute', isDial: false, isSilent: false } },
  { command: 'ATD*100#;', shape: { name: '', form: 'execute', isDial: true, isSilent: false } },
]

for (const { command, shape } of SHAPES) {
  test(`${command} is taken apart`, () => assert.deepEqual(shapeOf(command), shape))
}

const FINALS = [
  { line: 'OK', command: 'AT+CSQ', first: false, is: true },
  { line: 'ERROR ', command: 'AT+CSQ', first: false, is: true },
  { line: '+CME ERROR:14', command: 'AT+CSQ', first: false, is: true },
  { line: '+CMS ERROR: no network service', command: 'AT+CSQ', first: false, is: true },
  { line: 'COMMAND NOT SUPPORT', command: 'AT+CSQ', first: true, is: true },
  { line: 'MODEM ERROR: 3', command: 'AT+CSQ', first: true, is: true },
  { line: 'NA', command: 'AT+CSQ', first: true, is: true },
  { line: 'NA', command: 'AT+CSQ', first: false, is: false },
  { line: '0', command: 'ATE0', first: true, is: true },
  { line: '0', command: 'AT+CSQ', first: true, is: false },
  { line: '7', command: 'AT', first: true, is: false },
  { line: 'BUSY', command: 'ATD123', first: true, is: true },
  { line: 'BUSY', command: 'AT+CSQ', first: true, is: false },
  { line: 'OKAY', command: 'AT+CSQ', first: true, is: false },
  { line: '3: OK', command: 'AT+CSQ', first: true, is: false },
]

for (const { line, command, first, is } of FINALS) {
  test(`"${line}" ${is ? 'ends' : 'does not end'} ${command}${first ? '' : ' behind other lines'}`, () => {
    assert.equal(isFinal(line, shapeOf(command), first), is)
  })
}

describe('every recorded error', () => {
  for (const { id, parsed, final, lines } of VECTORS) {
    if (parsed.kind !== 'error') continue
    test(`${id} becomes a ModemError with its number`, () => {
      const error = toError(final ?? lines[0] ?? '')
      assert.ok(error instanceof ModemError)
      assert.equal(error.cme, parsed.class === 'CME' ? parsed.code : undefined)
      assert.equal(error.cms, parsed.class === 'CMS' ? parsed.code : undefined)
    })
  }
})

test('success is no error', () => {
  for (const final of ['OK', '0', 'CONNECT', 'CONNECT 7200000', 'OK ']) assert.equal(toError(final), undefined)
})

const ERRORS = [
  { final: '+CMS ERROR: 38', code: 'rejected_by_network', retry: 'now', cms: 38, says: 'network out of order' },
  { final: '+CMS ERROR: 27', code: 'rejected_by_network', retry: 'later', cms: 27, says: 'destination out of order' },
  { final: '+CMS ERROR: 1', code: 'rejected_by_network', retry: 'never', cms: 1, says: 'unassigned number' },
  { final: '+CMS ERROR: 304', code: 'rejected_by_modem', retry: 'never', cms: 304, says: 'invalid PDU mode' },
  { final: '+CMS ERROR: 314', code: 'sim_not_ready', retry: 'now', cms: 314, says: 'SIM busy' },
  { final: '+CMS ERROR: 330', code: 'rejected_by_modem', retry: 'never', cms: 330, says: 'service centre number' },
  { final: '+CMS ERROR: 331', code: 'not_registered', retry: 'later', cms: 331, says: 'no network service' },
  { final: '+CMS ERROR: 332', code: 'rejected_by_network', retry: 'later', cms: 332, says: 'not known' },
  { final: '+CMS ERROR: No Network Service', code: 'not_registered', retry: 'later', cms: 331, says: 'CMS error 331' },
  { final: '+CMS ERROR: 77', code: 'rejected_by_network', retry: 'never', cms: 77, says: 'CMS error 77' },
  { final: '+CMS ERROR: 513', code: 'rejected_by_modem', retry: 'never', cms: 513, says: 'CMS error 513' },
  { final: '+CME ERROR: 14', code: 'sim_not_ready', retry: 'now', cme: 14, says: 'SIM busy' },
  { final: '+CME ERROR: SIM BUSY', code: 'sim_not_ready', retry: 'now', cme: 14, says: 'SIM busy' },
  { final: '+CME ERROR: 11', code: 'sim_not_ready', retry: 'later', cme: 11, says: 'Configure the PIN' },
  { final: '+CME ERROR: 4', code: 'not_supported', retry: 'never', cme: 4, says: 'operation not supported' },
  { final: '+CME ERROR: 0', code: 'rejected_by_modem', retry: 'later', cme: 0, says: 'phone failure' },
  { final: '+CME ERROR: own words', code: 'rejected_by_modem', retry: 'never', says: 'reason of its own' },
  { final: 'COMMAND NOT SUPPORT', code: 'not_supported', retry: 'never', says: 'does not know' },
  { final: 'NO CARRIER', code: 'rejected_by_modem', retry: 'never', says: 'no reason' },
  { final: '4', code: 'rejected_by_modem', retry: 'never', says: 'no reason' },
]

for (const { final, code, retry, says, cms, cme } of ERRORS) {
  test(`${final} is ${code}, to be tried again ${retry}`, () => {
    const error = toError(final)
    assert.deepEqual([error?.code, error?.retry, error?.cms, error?.cme], [code, retry, cms, cme])
    assert.ok(error?.message.includes(says), error?.message)
    assert.equal(error?.detail, final)
  })
}

test('the words of a modem never get into a message', () => {
  assert.ok(!toError('+CME ERROR: own words')?.message.includes('own words'))
})

test('numbers and wordings of each table rise without repetition, and each gives a message for the user', () => {
  for (const [family, rows] of [
    ['CMS', CMS_ERRORS],
    ['CME', CME_ERRORS],
  ] as const) {
    const numbers = rows.map(({ number }) => number)
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((left, right) => left - right),
    )
    for (const { number, wording, code, retry } of rows) {
      const error = toError(`+${family} ERROR: ${number}`)
      assert.match(error?.message ?? '', new RegExp(`^[A-Z].*\\(${family} error ${number}\\)\\.`))
      assert.ok(error?.message.includes(wording))
      assert.deepEqual([error?.code, error?.retry], [code, retry])
    }
  }
})

test('random result codes give an error or none, and nothing else', () => {
  const random = randomNumbers(3)
  for (let round = 0; round < 5000; round += 1) {
    const noise = String.fromCharCode(...Array.from({ length: 8 }, () => Math.floor(random() * 256)))
    for (const line of [noise, `+CMS ERROR: ${noise}`, `+CME ERROR:${Math.floor(random() * 1e6)}`]) {
      const error = toError(line)
      assert.ok(error === undefined || error instanceof ModemError)
    }
  }
})
