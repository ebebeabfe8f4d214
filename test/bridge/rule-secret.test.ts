import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RuleSecret } from '../../src/bridge/rule-secret.ts'
import { checkCode, digitsOf, identityOf, splitCode } from '../../src/bridge/rule-secret.ts'

/** The key of RFC 6238 appendix B, `12345678901234567890`, in base32. */
const KEY = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const totp: RuleSecret = { kind: 'totp', key: KEY }
const pin: RuleSecret = { kind: 'pin', pin: '4711' }

describe('a code with time steps', () => {
  // RFC 6238 appendix B, the last six of its eight digits.
  for (const [seconds, code] of [
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
  ] as const) {
    test(`of RFC 6238 at ${seconds} s is right`, () =>
      assert.deepEqual(checkCode(totp, code, [seconds * 1000], null), { is: 'right', step: Math.floor(seconds / 30) }))
  }

  const AT = 1111111109_000
  const STEP = 37037036
  const CASES: readonly (readonly [what: string, moments: readonly number[], used: number | null, is: string])[] = [
    ['30 s later', [AT + 30_000], null, 'right'],
    ['30 s earlier', [AT - 29_000], null, 'right'],
    ['two steps later', [AT + 60_000], null, 'wrong'],
    ['two steps earlier', [AT - 60_000], null, 'wrong'],
    ['late, but sent in time', [AT + 10_000, AT + 500_000], null, 'right'],
    ['after an earlier step was used', [AT], STEP - 1, 'right'],
    ['a second time', [AT], STEP, 'used'],
    ['after a later step was used', [AT], STEP + 1, 'used'],
    ['at no time', [Number.NaN], null, 'wrong'],
  ]
  for (const [what, moments, used, is] of CASES) {
    test(`is ${is} ${what}`, () => assert.equal(checkCode(totp, '081804', moments, used).is, is))
  }

  test('is the same for a key as apps show it', () => {
    const shown: RuleSecret = { kind: 'totp', key: 'gezd gnbv gy3t qojq gezd gnbv gy3t qojq' }
    assert.equal(checkCode(shown, '287082', [59_000], null).is, 'right')
    assert.equal(identityOf(shown), identityOf(totp))
  })

  for (const code of ['28708', '2870822', '', '２８７０８２', '287083'])
    test(`${JSON.stringify(code)} is wrong`, () => assert.equal(checkCode(totp, code, [59_000], null).is, 'wrong'))
})

describe('a PIN', () => {
  for (const [code, is] of [
    ['4711', 'right'],
    ['4712', 'wrong'],
    ['471', 'wrong'],
    ['47110', 'wrong'],
    ['', 'wrong'],
  ] as const) {
    test(`${code} is ${is}`, () => assert.equal(checkCode(pin, code, [0], null).is, is))
  }

  test('has the digits of its own, and is told from a key', () => {
    assert.equal(digitsOf(pin), 4)
    assert.equal(digitsOf(totp), 6)
    assert.notEqual(identityOf(pin), identityOf({ kind: 'totp', key: '4711' }))
  })
})

describe('the end of a text', () => {
  const CASES: readonly (readonly [
    text: string,
    digits: number,
    command: string | undefined,
    code?: string,
    blanked?: string,
  ])[] = [
    ['reboot 123456', 6, 'reboot', '123456', 'reboot ***'],
    ['reboot 123456. ', 6, 'reboot', '123456', 'reboot ***. '],
    ['reboot\n123456!\n', 6, 'reboot', '123456', 'reboot\n***!\n'],
    ['reboot 123 456', 6, 'reboot', '123456', 'reboot ***'],
    ['heat 21 123456', 6, 'heat 21', '123456', 'heat 21 ***'],
    ['heat 210 123456', 6, 'heat 210', '123456', 'heat 210 ***'],
    ['heat 21 123 456', 6, 'heat 21', '123456', 'heat 21 ***'],
    ['reboot 12345', 6, 'reboot', '12345', 'reboot ***'],
    ['123456', 6, '', '123456', '***'],
    ['reboot 4711', 4, 'reboot', '4711', 'reboot ***'],
    ['reboot 47 11', 4, 'reboot', '4711', 'reboot ***'],
    ['reboot', 6, undefined],
    ['reboot 12', 6, undefined],
    ['reboot x123456', 6, undefined],
    ['reboot +123456', 6, undefined],
    ['123456 reboot', 6, undefined],
    ['', 6, undefined],
    ['. ! .', 6, undefined],
  ]
  for (const [text, digits, command, code, blanked] of CASES) {
    test(`${JSON.stringify(text)} has ${code === undefined ? 'no code' : `${code} behind ${JSON.stringify(command)}`}`, () =>
      assert.deepEqual(splitCode(text, digits), command === undefined ? undefined : { command, code, blanked }))
  }

  test('is found as fast in what is made to be slow', () => {
    const started = performance.now()
    for (const text of ['.'.repeat(40_000), `${'. '.repeat(20_000)}x`, '1 '.repeat(20_000), '1'.repeat(40_000)]) {
      for (let turn = 0; turn < 50; turn++) splitCode(text, 6)
    }
    assert.ok(performance.now() - started < 1000)
  })
})
