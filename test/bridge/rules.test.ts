import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TOTP } from 'otpauth'
import { parsePattern } from '../../src/bridge/rule-text.ts'
import type { Rule, RuleFacts } from '../../src/bridge/rules.ts'
import { blankCodes, judge, lockedUntil } from '../../src/bridge/rules.ts'
import type { InboundSms } from '../../src/modem/messages.ts'
import { inboundSms } from '../modem/inbound-sms.ts'

const KEY = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const NOW = Date.parse('2026-11-22T10:00:10Z')
const MINUTE_MS = 60_000
const OWNER = '+491701234567'
const codeAt = (ms: number): string => new TOTP({ secret: KEY }).generate({ timestamp: ms })
const iso = (ms: number): string => new Date(ms).toISOString()

function rule(given: Partial<Omit<Rule, 'pattern'>> & { match?: string } = {}): Rule {
  const { match = 'reboot {what}', ...rest } = given
  return {
    name: 'reboot',
    senders: [OWNER],
    pattern: parsePattern(match),
    secret: null,
    actions: [],
    reply: null,
    maxAgeMs: 10 * MINUTE_MS,
    perHour: 10,
    ...rest,
  }
}

const OPEN = rule()
const PIN = rule({ secret: { kind: 'pin', pin: '4711' } })
const TIMED = rule({ secret: { kind: 'totp', key: KEY } })

function sms(text: string | null, given: Partial<InboundSms> = {}): InboundSms {
  return inboundSms('1', { from: OWNER, text, sentAt: iso(NOW - 5_000), receivedAt: iso(NOW - 1_000), ...given })
}

function facts(given: Partial<RuleFacts> = {}): RuleFacts {
  return {
    now: NOW,
    usedStep: () => null,
    wrongCodes: () => ({ count: 0, lastAt: null }),
    obeyed: () => 0,
    isOwnReply: () => false,
    ...given,
  }
}

describe('a message', () => {
  type Case = readonly [
    what: string,
    rules: readonly Rule[],
    message: InboundSms,
    outcome: string | undefined,
    known?: Partial<RuleFacts>,
  ]
  const right = `reboot router ${codeAt(NOW)}`
  const CASES: readonly Case[] = [
    ['that says it, from who may', [OPEN], sms('reboot router'), 'obeyed'],
    ['from somebody else', [OPEN], sms('reboot router', { from: '+491701234568' }), 'stranger'],
    ['from a name', [OPEN], sms('reboot router', { from: 'Mobilis' }), 'stranger'],
    [
      'from a name where every number may',
      [rule({ senders: ['*'] })],
      sms('reboot x', { from: 'Mobilis' }),
      'stranger',
    ],
    ['from nobody', [OPEN], sms('reboot router', { from: null }), 'stranger'],
    ['of a number that a glob allows', [rule({ senders: ['+49170*'] })], sms('reboot router'), 'obeyed'],
    ['of a number that a glob leaves out', [rule({ senders: ['+49171*'] })], sms('reboot router'), 'stranger'],
    ['that says something else', [OPEN, PIN, TIMED], sms('hello'), undefined],
    ['without text', [OPEN], sms(null), undefined],
    ['for an application', [OPEN], sms('reboot router', { ports: { destination: 1, source: 2 } }), undefined],
    ['found lying in the modem', [OPEN], sms('reboot router', { backlog: true }), 'backlog'],
    ['with missing parts', [OPEN], sms('reboot router', { missingParts: 1 }), 'incomplete'],
    ['that took as long as it may', [OPEN], sms('reboot router', { sentAt: iso(NOW - 10 * MINUTE_MS) }), 'obeyed'],
    ['that took longer', [OPEN], sms('reboot router', { sentAt: iso(NOW - 10 * MINUTE_MS - 1) }), 'too_old'],
    ['that lay here too long', [OPEN], sms('reboot x', { receivedAt: iso(NOW - 11 * MINUTE_MS) }), 'too_old'],
    ['without a time', [OPEN], sms('reboot router', { sentAt: null }), 'wrong_time'],
    ['from the future', [OPEN], sms('reboot router', { sentAt: iso(NOW + 6 * MINUTE_MS) }), 'wrong_time'],
    ['by a clock that is a little ahead', [OPEN], sms('reboot router', { sentAt: iso(NOW + 4 * MINUTE_MS) }), 'obeyed'],
    [
      'that we sent ourselves',
      [OPEN],
      sms('reboot router'),
      'own_reply',
      { isOwnReply: (text) => text === 'reboot router' },
    ],
    ['that is one too many', [OPEN], sms('reboot router'), 'rate_limit', { obeyed: () => 10 }],
    ['that is the last one allowed', [OPEN], sms('reboot router'), 'obeyed', { obeyed: () => 9 }],
    ['with the PIN', [PIN], sms('reboot router 4711'), 'obeyed'],
    ['with another PIN', [PIN], sms('reboot router 4712'), 'wrong_code'],
    ['with a PIN of other length', [PIN], sms('reboot router 47110'), 'wrong_code'],
    ['without the PIN', [PIN], sms('reboot router'), 'code_missing'],
    ['with digits for a value and no PIN', [PIN], sms('reboot 4711'), 'code_missing'],
    ['with the PIN from somebody else', [PIN], sms('reboot router 4711', { from: '+1' }), 'stranger'],
    ['with the code of the moment', [TIMED], sms(right), 'obeyed'],
    ['with that code, used before', [TIMED], sms(right), 'code_used', { usedStep: () => Math.floor(NOW / 30_000) }],
    ['with the code of an hour ago', [TIMED], sms(`reboot router ${codeAt(NOW - 60 * MINUTE_MS)}`), 'wrong_code'],
    [
      'with the code of when it was sent, minutes ago',
      [TIMED],
      sms(`reboot router ${codeAt(NOW - 5 * MINUTE_MS)}`, { sentAt: iso(NOW - 5 * MINUTE_MS) }),
      'obeyed',
    ],
    [
      'with the right code while locked',
      [TIMED],
      sms(right),
      'locked',
      { wrongCodes: () => ({ count: 3, lastAt: NOW - 59 * MINUTE_MS }) },
    ],
    [
      'with the right code when the lock is over',
      [TIMED],
      sms(right),
      'obeyed',
      { wrongCodes: () => ({ count: 9, lastAt: NOW - 61 * MINUTE_MS }) },
    ],
    [
      'with the right code after two wrong ones',
      [TIMED],
      sms(right),
      'obeyed',
      { wrongCodes: () => ({ count: 2, lastAt: NOW - 1 }) },
    ],
  ]
  for (const [what, rules, message, outcome, known] of CASES) {
    test(`${what} is ${outcome ?? 'none of their business'}`, () => {
      const verdict = judge(rules, message, facts(known))
      assert.equal(verdict && (verdict.refusal ?? 'obeyed'), outcome)
    })
  }

  test('is obeyed with its values, its step, and no later than it is old', () => {
    const sentAt = NOW - 5_000
    assert.deepEqual(judge([TIMED], sms(`Reboot Router ${codeAt(NOW)}`, { sentAt: iso(sentAt) }), facts()), {
      rule: TIMED,
      refusal: null,
      values: { what: 'Router' },
      step: Math.floor(NOW / 30_000),
      actBefore: sentAt + 10 * MINUTE_MS,
    })
  })

  test('is for the first rule that takes its sender, and a wrong code does not pass it on to the next', () => {
    const others = rule({ name: 'others', senders: ['+1*'] })
    const open = rule({ name: 'open' })
    assert.equal(judge([others, PIN, open], sms('reboot router 4712'), facts())?.rule.name, 'reboot')
    assert.equal(judge([others, open], sms('reboot router'), facts())?.rule.name, 'open')
  })

  test('is never tried against a lock, so that no code is used up in vain', () => {
    let asked = 0
    const known = facts({
      usedStep: () => {
        asked++
        return null
      },
      wrongCodes: () => ({ count: 3, lastAt: NOW }),
    })
    assert.equal(judge([TIMED], sms(right), known)?.refusal, 'locked')
    assert.equal(asked, 0)
  })
})

test('three wrong codes lock for an hour after the last of them', () => {
  assert.equal(lockedUntil({ count: 2, lastAt: 5 }), null)
  assert.equal(lockedUntil({ count: 3, lastAt: 5 }), 5 + 60 * MINUTE_MS)
  assert.equal(lockedUntil({ count: 0, lastAt: null }), null)
})

describe('codes are blanked', () => {
  const CASES: readonly (readonly [
    text: string | null,
    from: string | null,
    rules: readonly Rule[],
    shown: string | null,
  ])[] = [
    ['reboot router 4711', OWNER, [PIN], 'reboot router ***'],
    ['reboot router 4712', OWNER, [PIN], 'reboot router ***'],
    ['reboot router 47110', OWNER, [PIN], 'reboot router ***'],
    ['reboot router 4711', '+1', [PIN], 'reboot router ***'],
    ['reboot router 47110', '+1', [PIN], 'reboot router ***'],
    ['rebot the router 4711', OWNER, [PIN], 'rebot the router ***'],
    ['rebot the router 4711', '+1', [PIN], 'rebot the router 4711'],
    ['I am back at 18', OWNER, [PIN], 'I am back at 18'],
    ['call 0170123', OWNER, [PIN], 'call 0170123'],
    ['reboot router 123456', OWNER, [PIN, TIMED], 'reboot router ***'],
    ['reboot router 123 456', OWNER, [TIMED], 'reboot router ***'],
    ['anything 123456', OWNER, [PIN, TIMED], 'anything ***'],
    ['anything 123456', '+1', [PIN, TIMED], 'anything 123456'],
    ['reboot router 123456', OWNER, [OPEN], 'reboot router 123456'],
    ['reboot router', OWNER, [PIN], 'reboot router'],
    [null, OWNER, [PIN], null],
    ['reboot router 4711', null, [PIN], 'reboot router ***'],
  ]
  for (const [text, from, rules, shown] of CASES) {
    test(`${JSON.stringify(text)} of ${from === OWNER ? 'the owner' : 'a stranger'} is shown as ${JSON.stringify(shown)}`, () =>
      assert.equal(blankCodes(rules, { text, from }), shown))
  }
})
