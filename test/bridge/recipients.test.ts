import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PREMIUM_PREFIXES, premiumPrefixOf } from '../../src/bridge/premium-prefixes.ts'
import { checkRecipient } from '../../src/bridge/recipients.ts'

const none: readonly string[] = []

describe('checkRecipient', () => {
  const cases: readonly [
    number: string,
    allowed: readonly string[],
    blocked: readonly string[],
    refusal: RegExp | null,
  ][] = [
    ['+491701234567', none, none, null],
    ['01701234567', none, none, null],
    ['*100#', none, none, null],
    ['12345', none, none, /short codes/],
    ['112', none, none, /short codes/],
    ['1234567', none, none, null],
    ['12345', ['*'], none, /short codes/],
    ['12345', ['12345'], none, null],
    ['12345', ['123*'], none, null],
    ['+4990012345678', none, none, /premium numbers \(\+49900…\)/],
    ['+4990012345678', ['+49*'], none, /premium/],
    ['+4990012345678', ['*'], none, /premium/],
    ['+4990012345678', ['+49900*'], none, null],
    ['+4990012345678', ['+4990012345678'], none, null],
    ['09001234567', none, none, /premium/],
    ['+491701234567', ['+49*'], none, null],
    ['+431701234567', ['+49*'], none, /no pattern for it/],
    ['+491701234567', ['+49 (170) 12*'], none, null],
    ['+491701234567', ['0049*'], none, null],
    ['+491701234567', ['+49170*567'], none, null],
    ['+491701234568', ['+49170*567'], none, /no pattern/],
    ['+49170567', ['+49170*0567'], none, /no pattern/],
    ['+4917012345670', ['+491701234567'], none, /no pattern/],
    ['+491701234567', ['*170*45*'], none, null],
    ['+491704512', ['*45*170*'], none, /no pattern/],
    ['+491701234567', ['*'], ['+49170*'], /blocked_recipients has "\+49170\*"/],
    ['+491701234567', ['+491701234567'], ['+491701234567'], /blocked_recipients/],
    ['+491711234567', none, ['+49170*'], null],
  ]
  for (const [number, allowed, blocked, refusal] of cases) {
    const lists = `allowed ${JSON.stringify(allowed)}, blocked ${JSON.stringify(blocked)}`
    test(`${refusal === null ? 'lets' : 'refuses'} ${number} with ${lists}`, () => {
      const check = () => checkRecipient(number, { allowed, blocked })
      if (refusal === null) check()
      else assert.throws(check, { code: 'not_allowed', message: refusal })
    })
  }
})

test('no prefix of the premium table is hidden behind another', () => {
  for (const { prefix } of PREMIUM_PREFIXES) assert.equal(premiumPrefixOf(`${prefix}123`), prefix)
})
