import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { TOTP } from 'otpauth'
import { Bridge } from '../../src/bridge/bridge.ts'
import { RemoteControl } from '../../src/bridge/remote-control.ts'
import { parsePattern } from '../../src/bridge/rule-text.ts'
import type { Rule } from '../../src/bridge/rules.ts'
import { ModemError } from '../../src/modem/errors.ts'
import type { ReceivedSegment, StoredSegment } from '../../src/modem/messages.ts'
import { FakeModem, part, segment } from './fake-modem.ts'
import { settle, supervise } from './supervisor-bench.ts'

const KEY = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const OWNER = '+491701234567'
const STRANGER = '+491709999999'
const MINUTE_S = 60
const code = (ms = Date.now()): string => new TOTP({ secret: KEY }).generate({ timestamp: ms })

const REBOOT: Rule = {
  name: 'reboot',
  senders: [OWNER],
  pattern: parsePattern('reboot {what}'),
  secret: { kind: 'totp', key: KEY },
  actions: [{ kind: 'publish', topic: 'home/reboot', payload: '{"what":"{what}"}' }],
  reply: null,
  maxAgeMs: 600_000,
  perHour: 100,
}

interface Given {
  readonly rules?: readonly Rule[]
  /** Whether what was decided is also acted on. */
  readonly isActing?: boolean
}

/** A supervised modem with rules; the first look at its store is over. */
async function setUp(t: TestContext, { rules = [REBOOT], isActing = true }: Given = {}) {
  const events: Readonly<Record<string, unknown>>[] = []
  const make = (made: Pick<ReturnType<typeof supervise>, 'journal' | 'outlet'>): RemoteControl =>
    new RemoteControl({
      rules,
      modems: ['stick'],
      journal: made.journal,
      outlet: {
        publish: (topic, payload) => made.outlet.publish(topic, payload),
        event: async (_, { type, detail }) => void events.push({ type, ...detail }),
        get isReachable() {
          return made.outlet.isReachable
        },
      },
      now: () => Date.now(),
      elapsed: () => Date.now(),
      carryOut: async (modem, command, payload, identity) => {
        const { answer } = bridge.carryOut(modem, command, Buffer.from(payload), { identity, messageExpiresAt: null })
        return answer
      },
      stateOf: () => ({ signal: { percent: 68 } }),
      onProblem: (_, problem) => void house.problems.push(problem),
    })
  let control: RemoteControl | undefined
  const house = supervise(t, (made) => {
    control = make(made)
    return { rules: control }
  })
  const bridge: Bridge = new Bridge({
    journal: house.journal,
    supervisors: new Map([['stick', house.supervisor]]),
    keepMs: 86_400_000,
    pricePerPart: null,
    onProblem: (problem) => void house.problems.push(problem),
  })
  /** What another process with the same journal would do from now on. */
  const restart = async (): Promise<void> => {
    void make(house).run(house.ending.signal)
    await settle()
  }
  if (isActing) void control?.run(house.ending.signal)
  await house.pass(1)
  let slot = 0
  const arrive = async (stored: StoredSegment): Promise<void> => {
    house.modem().stored.push(stored)
    house.modem().emit('arrived')
    await house.pass(1)
  }
  const say = (text: string, given: Partial<ReceivedSegment> = {}): Promise<void> =>
    arrive(segment(text, { from: OWNER, sentAt: new Date().toISOString(), ...given }, slot++))
  const outcomes = (): unknown[] => events.map(({ type, outcome, reason }) => outcome ?? reason ?? type)
  return { ...house, events, outcomes, say, arrive, restart }
}

describe('a message with the right code', () => {
  test('is published without the code, and then acted on once', async (t) => {
    const { outlet, events, say, journal } = await setUp(t)
    await say(`Reboot Router ${code()}`)
    assert.deepEqual(outlet.published, ['home/reboot {"what":"Router"}'])
    const message = outlet.received[0]
    assert.equal(message?.text, 'Reboot Router ***')
    assert.deepEqual(events, [
      { type: 'rule_matched', rule: 'reboot', message: message?.id, outcome: 'done', error: null, reply: null },
    ])
    const [entry] = journal.history('stick', { limit: 1, before: Number.MAX_SAFE_INTEGER, direction: null })
    assert.equal(entry?.direction === 'received' && entry.sms.text, 'Reboot Router ***')
  })

  test('does not work a second time, whoever says it, and not after a restart either', async (t) => {
    const { outlet, outcomes, say, restart } = await setUp(t)
    const text = `reboot router ${code()}`
    await say(text)
    await say(text, { sentAt: new Date(Date.now() + 1_000).toISOString() })
    await say(text, { from: STRANGER })
    await restart()
    await say(text, { sentAt: new Date(Date.now() + 2_000).toISOString() })
    assert.equal(outlet.published.length, 1)
    assert.deepEqual(outcomes(), ['done', 'code_used', 'stranger', 'code_used'])
  })

  test('is not acted on before it is published, unless the broker is away', async (t) => {
    const { outlet, say, pass } = await setUp(t)
    let confirm: () => void = () => {}
    outlet.smsReceived = (_, sms) => {
      outlet.received.push(sms)
      return new Promise((resolve) => {
        confirm = resolve
      })
    }
    await say(`reboot router ${code()}`)
    await pass(2)
    assert.deepEqual(outlet.published, [])
    confirm()
    await pass(1)
    assert.equal(outlet.published.length, 1)
  })

  test('restarts the modem though the broker is away, and publishes nothing late', async (t) => {
    const actions = [
      { kind: 'command', modem: null, command: 'reboot', payload: '' },
      { kind: 'publish', topic: 'home/reboot', payload: 'x' },
    ] as const
    const { outlet, modem, say, pass, events } = await setUp(t, { rules: [{ ...REBOOT, actions }] })
    outlet.isReachable = false
    outlet.smsReceived = () => new Promise(() => {})
    const before = modem()
    await say(`reboot router ${code()}`)
    await pass(5)
    assert.deepEqual(before.told, ['reboot'])
    outlet.isReachable = true
    await pass(60)
    assert.deepEqual(outlet.published, [])
    assert.deepEqual([events[0]?.['outcome'], events[0]?.['error']], ['failed', 'timeout'])
  })

  test('that is never confirmed is said to have failed', async (t) => {
    const { outlet, say, pass, events } = await setUp(t)
    outlet.publish = () => new Promise(() => {})
    await say(`reboot router ${code()}`)
    assert.deepEqual(events, [])
    await pass(10)
    assert.deepEqual([events[0]?.['outcome'], events[0]?.['error']], ['failed', 'timeout'])
  })
})

describe('through a kill', () => {
  test('what was decided and not begun is done by the next process, once', async (t) => {
    const { outlet, say, pass, restart, outcomes } = await setUp(t, { isActing: false })
    await say(`reboot router ${code()}`)
    assert.deepEqual(outlet.published, [])
    await restart()
    await pass(6)
    assert.equal(outlet.published.length, 1)
    await restart()
    await pass(6)
    assert.equal(outlet.published.length, 1)
    assert.deepEqual(outcomes(), ['done'])
  })

  test('what has become too old meanwhile is not done', async (t) => {
    const { outlet, say, pass, restart, outcomes } = await setUp(t, { isActing: false })
    await say(`reboot router ${code()}`)
    await pass(10 * MINUTE_S)
    await restart()
    await pass(6)
    assert.deepEqual(outlet.published, [])
    assert.deepEqual(outcomes(), ['expired'])
  })

  test('what had begun is not done again, and nobody knows what became of it', async (t) => {
    const { outlet, say, pass, restart, outcomes, journal } = await setUp(t, { isActing: false })
    await say(`reboot router ${code()}`)
    for (const { seq } of journal.rulings.waiting('stick')) journal.rulings.taken(seq)
    await restart()
    await restart()
    await pass(6)
    assert.deepEqual(outlet.published, [])
    assert.deepEqual(outcomes(), ['unknown'])
  })

  test('what the configuration has no rule for any more is not done', async (t) => {
    const { outlet, pass, restart, outcomes, journal, say } = await setUp(t, { isActing: false })
    await say('hello')
    const message = outlet.received[0]?.id ?? ''
    journal.rulings.decided('stick', { message, rule: 'gone', inputs: {}, actBefore: Date.now() + 60_000 })
    await restart()
    await pass(6)
    assert.deepEqual(outcomes(), ['expired'])
  })

  test('a journal that cannot be written when it is time to act keeps everything from being done', async (t) => {
    const { outlet, say, pass, journal, problems } = await setUp(t)
    const taken = journal.rulings.taken.bind(journal.rulings)
    journal.rulings.taken = () => {
      throw new ModemError('internal', 'The journal cannot be used: full')
    }
    await say(`reboot router ${code()}`)
    assert.deepEqual(outlet.published, [])
    assert.deepEqual(problems, ['The journal cannot be used: full'])
    journal.rulings.taken = taken
    await pass(6)
    assert.equal(outlet.published.length, 1)
  })
})

describe('a message that is not obeyed', () => {
  test('of a stranger, without code, or too old does nothing, is not answered, and is told', async (t) => {
    const { outlet, events, say, modem } = await setUp(t, { rules: [{ ...REBOOT, reply: 'done' }] })
    await say(`reboot router ${code()}`, { from: STRANGER })
    await say('reboot router')
    await say(`reboot router ${code()}`, { sentAt: new Date(Date.now() - 11 * 60_000).toISOString() })
    await say('reboot the router')
    assert.deepEqual(outlet.published, [])
    assert.deepEqual(modem().submitted, [])
    assert.deepEqual(
      events.map(({ type, reason, message }) => [type, reason, message]),
      [
        ['rule_refused', 'stranger', outlet.received[0]?.id],
        ['rule_refused', 'code_missing', outlet.received[1]?.id],
        ['rule_refused', 'too_old', outlet.received[2]?.id],
      ],
    )
    assert.ok(!JSON.stringify(events).includes('+49'))
  })

  test('was found in the modem when it was opened', async (t) => {
    const { outlet, outcomes, modem, opens, pass } = await setUp(t)
    opens(async () => {
      const next = new FakeModem()
      next.stored.push(segment(`reboot router ${code()}`, { from: OWNER, sentAt: new Date().toISOString() }))
      return next
    })
    modem().emit('lost', new ModemError('closed', 'unplugged'))
    await pass(10)
    assert.equal(outlet.received[0]?.text, 'reboot router ***')
    assert.deepEqual(outlet.published, [])
    assert.deepEqual(outcomes(), ['backlog'])
  })

  test('lacked a part, also when that comes after all', async (t) => {
    const { outlet, outcomes, arrive, pass } = await setUp(t, {
      rules: [{ ...REBOOT, pattern: parsePattern('reboot') }],
    })
    const secret = code()
    const piece = (text: string, sequence: number): StoredSegment => {
      const { content, ...rest } = part(text, sequence, 2)
      return { ...rest, content: { ...content, from: OWNER, sentAt: new Date().toISOString() } as ReceivedSegment }
    }
    await arrive(piece(`reboot ${secret}`, 1))
    await pass(2 * MINUTE_S)
    assert.deepEqual(
      outlet.received.map(({ text, missingParts }) => [text, missingParts]),
      [['reboot ***', 1]],
    )
    await arrive(piece('', 2))
    assert.deepEqual(
      outlet.received.map(({ text, missingParts }) => [text, missingParts]),
      [
        ['reboot ***', 1],
        ['reboot ***', 0],
      ],
    )
    assert.deepEqual(outlet.published, [])
    assert.deepEqual(outcomes(), ['incomplete'])
  })

  test('locks after three wrong codes, for an hour, over restarts, and for all rules with that secret', async (t) => {
    const other = { ...REBOOT, name: 'other', pattern: parsePattern('other {what}') }
    const { outlet, outcomes, events, say, pass, restart } = await setUp(t, { rules: [REBOOT, other] })
    for (const text of ['reboot a 000001', 'other b 000002', 'reboot c 000003']) await say(text)
    assert.deepEqual(outcomes(), ['wrong_code', 'wrong_code', 'wrong_code', 'rule_locked'])
    assert.equal(events.at(-1)?.['until'], new Date(Date.now() + 60 * 60_000 - 1000).toISOString())
    await say(`other d ${code()}`)
    await restart()
    await say(`reboot e ${code()}`)
    assert.deepEqual(outcomes().slice(4), ['locked', 'locked'])
    await pass(60 * MINUTE_S)
    await say('reboot f 000004')
    assert.deepEqual(outcomes().slice(6), ['wrong_code', 'rule_locked'])
    await pass(61 * MINUTE_S)
    await say(`reboot g ${code()}`)
    assert.deepEqual(outlet.published, ['home/reboot {"what":"g"}'])
    for (const text of ['reboot h 000001', 'reboot i 000002']) await say(text)
    assert.equal(outcomes().filter((outcome) => outcome === 'rule_locked').length, 2, 'a right code is a new beginning')
  })

  test('came once too often within an hour', async (t) => {
    const { outlet, outcomes, say, pass } = await setUp(t, { rules: [{ ...REBOOT, secret: null, perHour: 2 }] })
    for (const what of ['a', 'b', 'c']) await say(`reboot ${what}`)
    assert.deepEqual(outcomes(), ['done', 'done', 'rate_limit'])
    await pass(60 * MINUTE_S)
    await say('reboot d')
    assert.equal(outlet.published.length, 3)
  })

  test('told by the network twice is one message', async (t) => {
    const { outlet, say } = await setUp(t, { rules: [{ ...REBOOT, secret: null }] })
    const sentAt = new Date().toISOString()
    await say('reboot a', { sentAt })
    await say('reboot a', { sentAt })
    assert.equal(outlet.published.length, 1)
  })
})

describe('an answer', () => {
  const asking: Rule = { ...REBOOT, secret: null, actions: [], reply: '{what}: {state.signal.percent} %' }

  test('has values of the message and of the state, and is sent to who asked', async (t) => {
    const { outlet, events, say, modem } = await setUp(t, { rules: [asking] })
    await say('reboot router')
    assert.deepEqual(
      modem().submitted.map(({ wire }) => wire),
      ['router: 68', ' %'],
    )
    assert.equal(outlet.statuses[0]?.to, OWNER)
    assert.deepEqual([events[0]?.['outcome'], events[0]?.['reply']], ['done', 'accepted'])
  })

  test('says so when something failed, and what comes behind is left out', async (t) => {
    const actions = [
      { kind: 'command', modem: null, command: 'network_mode/set', payload: 'lte' },
      { kind: 'command', modem: null, command: 'reboot', payload: '' },
    ] as const
    const { events, say, modem } = await setUp(t, { rules: [{ ...asking, actions }] })
    await say('reboot router')
    assert.deepEqual(modem().told, [])
    assert.match(
      modem()
        .submitted.map(({ wire }) => wire)
        .join(''),
      /^reboot: .+/,
    )
    assert.deepEqual([events[0]?.['outcome'], events[0]?.['error']], ['failed', 'not_supported'])
  })

  test('goes through the guards of every message', async (t) => {
    const long: Rule = { ...asking, reply: 'x'.repeat(200) }
    const { events, say, modem } = await setUp(t, { rules: [long] })
    await say('reboot router')
    assert.deepEqual(modem().submitted, [])
    assert.deepEqual([events[0]?.['outcome'], events[0]?.['reply']], ['done', 'invalid_request'])
  })

  test('that comes back to us causes nothing', async (t) => {
    const echoing: Rule = { ...asking, reply: 'reboot {what}' }
    const { outcomes, say, modem } = await setUp(t, { rules: [echoing] })
    await say('reboot router')
    for (let turn = 0; turn < 5; turn++)
      await say('reboot router', { sentAt: new Date(Date.now() + turn * 1000).toISOString() })
    assert.equal(modem().submitted.length, 2)
    assert.deepEqual(outcomes(), ['done', ...Array.from({ length: 5 }, () => 'own_reply')])
  })
})
