import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { COMMANDS } from '../../src/bridge/commands.ts'
import { NETWORK_COMMANDS } from '../../src/bridge/commands-network.ts'
import type { SupervisorOptions } from '../../src/bridge/supervisor-options.ts'
import { FRIEND, OWN_NUMBER } from '../driver/stick-bench.ts'
import { askIncapable, codeOf, setUp } from './commands-bench.ts'

type RestBench = Awaited<ReturnType<typeof setUp>>

interface Row {
  readonly name: string
  readonly payload: unknown
  readonly options?: Partial<SupervisorOptions>
  /** What has to be there before. */
  readonly given?: (bench: RestBench) => Promise<void>
  /** What the modem refuses. */
  readonly at?: readonly string[]
  /** Waits for the effect, with a limit. */
  readonly done: (bench: RestBench) => Promise<boolean> | boolean
  /** The answers of a modem that refuses, that can nothing, that is away, that goes away in the middle, and that hangs. */
  readonly codes: Readonly<Record<'refused' | 'incapable' | 'away' | 'middle' | 'hung', string>>
  readonly bad: readonly (readonly [payload: unknown, says: RegExp])[]
}

const MENU = { text: '1: Balance', menu: { 1: { text: 'Balance 12,50 EUR' } } }

async function receives({ network, outlet, until, pass }: RestBench): Promise<void> {
  network.inject({ to: OWN_NUMBER, from: FRIEND, text: 'Water in the cellar' })
  assert.ok(await until(() => outlet.received.length === 1, 100), 'the message is received')
  await pass(10)
}

/** A message that waits for its modem. */
async function queues({ stick, ask, pass }: RestBench): Promise<void> {
  stick.dropOffBus()
  await pass(1)
  assert.equal(codeOf(await ask('sms/send', { to: FRIEND, text: 'Hello', id: 'a' })), 'ok')
}

async function opensMenu({ network, ask, outlet }: RestBench): Promise<void> {
  network.ussd.set('*100#', MENU)
  assert.equal(codeOf(await ask('ussd/send', '*100#')), 'ok')
  assert.equal(outlet.ussd.at(-1)?.status, 'reply_needed')
}

const NOTHING = { refused: 'ok', incapable: 'ok', away: 'ok', middle: 'ok', hung: 'ok' } as const
const BY_MODEM = {
  refused: 'rejected_by_modem',
  incapable: 'not_supported',
  away: 'modem_offline',
  middle: 'modem_offline',
  hung: 'timeout',
} as const

const ROWS: readonly Row[] = [
  {
    name: 'sms/cancel',
    payload: 'a',
    given: queues,
    done: async ({ stick, network, outlet, driver, until }) => {
      await stick.replug()
      assert.ok(await until(() => driver.opened > 1 && outlet.phases.at(-1) === 'ready', 200))
      assert.equal(await until(() => network.taken.length > 0, 60), false)
      return outlet.statuses.map(({ status }) => status).join() === 'queued,cancelled'
    },
    // What waits is in the journal, and nobody has to ask a modem.
    codes: { ...NOTHING, incapable: 'invalid_request' },
    bad: [
      ['b', /id: no message "b"/],
      ['', /id: /],
      [{ id: 5 }, /id: /],
      [{}, /id: /],
      [{ id: 'a', now: true }, /now/],
    ],
  },
  {
    name: 'sms/list',
    payload: {},
    given: receives,
    done: async ({ ask }) => {
      const answer = await ask('sms/list', { limit: 1, direction: 'received' })
      return /"direction":"received".*"id":/.test(JSON.stringify(answer))
    },
    codes: NOTHING,
    bad: [
      ['all', /not JSON: expected an object/],
      [{ limit: 0 }, /limit: /],
      [{ limit: 501 }, /limit: /],
      [{ before: 'yesterday' }, /before: .*2026-11-22T10:30/],
      [{ direction: 'both' }, /direction: /],
      [{ from: FRIEND }, /from/],
    ],
  },
  {
    name: 'sms/delete',
    payload: { all: 'received' },
    options: { afterReceive: 'keep' },
    given: receives,
    at: ['+CMGD'],
    done: ({ stick, journal }) =>
      stick.mailbox.store('SM').used === 0 &&
      journal.history('stick', { limit: 9, before: Number.MAX_SAFE_INTEGER, direction: null }).length === 1,
    codes: BY_MODEM,
    bad: [
      ['all', /not JSON/],
      [{}, /expected \{"id": "…"\} or \{"all": "received"\}/],
      [{ all: 'sent' }, /"all": "received"/],
      [{ id: 'a', all: 'received' }, /"id": "…"/],
      [{ id: 'a' }, /id: no received message "a"/],
    ],
  },
  {
    name: 'pause',
    payload: '5',
    done: async ({ stick, outlet, until }) => {
      stick.connect().destroy()
      assert.equal(outlet.phases.at(-1), 'paused')
      assert.equal(await until(() => outlet.phases.at(-1) === 'ready', 290), false)
      return until(() => outlet.phases.at(-1) === 'ready', 120)
    },
    codes: NOTHING,
    bad: [
      ['long', /minutes: /],
      ['-1', /minutes: /],
      ['1441', /minutes: /],
      [{ minutes: '5' }, /minutes: /],
      [{ seconds: 5 }, /seconds/],
    ],
  },
  {
    name: 'ussd/send',
    payload: '*101#',
    given: async ({ network }) => network.ussd.set('*101#', { text: 'Balance 12,50 EUR' }),
    at: ['+CUSD'],
    done: ({ network, outlet }) =>
      network.ussd.said.join() === '*101#' && outlet.ussd.map(({ text }) => text).join() === 'Balance 12,50 EUR',
    codes: BY_MODEM,
    bad: [
      ['balance', /code: .*\*100#/],
      ['', /code: /],
      [{ code: 100 }, /code: /],
      ['1'.repeat(161), /code: .*160/],
      [{ code: '*100#', again: true }, /again/],
    ],
  },
  {
    name: 'ussd/reply',
    payload: '1',
    given: opensMenu,
    at: ['+CUSD'],
    done: ({ network, outlet }) =>
      network.ussd.said.join() === '*100#,1' && outlet.ussd.at(-1)?.text === 'Balance 12,50 EUR',
    codes: BY_MODEM,
    bad: [
      ['', /text: /],
      [{ text: 1 }, /text: /],
      [{ text: 'x'.repeat(183) }, /text: /],
      [{ text: '1', session: 'x' }, /session/],
    ],
  },
  {
    name: 'ussd/cancel',
    payload: 'PRESS',
    given: opensMenu,
    at: ['+CUSD'],
    done: ({ network, outlet }) => !network.ussd.isOpen(OWN_NUMBER) && outlet.ussd.at(-1)?.status === 'terminated',
    // A modem without a session refuses, and that is what was wanted.
    codes: { ...BY_MODEM, refused: 'ok' },
    bad: [[{ session: 'x' }, /session/]],
  },
  {
    name: 'reboot',
    payload: 'PRESS',
    at: ['+CFUN=1,1', '+ZRST', '+CFUN=6'],
    done: async ({ outlet, driver, until }) => {
      assert.equal(outlet.phases.at(-1), 'rebooting')
      return until(() => driver.opened === 2 && outlet.phases.at(-1) === 'ready', 200)
    },
    // One that leaves without another word has done what it was told.
    codes: { ...BY_MODEM, refused: 'not_supported', middle: 'ok' },
    bad: [[{ hard: true }, /hard/]],
  },
  {
    name: 'radio/set',
    payload: 'OFF',
    at: ['+CFUN=4'],
    done: async ({ stick, outlet, until, driver }) => {
      assert.equal(stick.radio.isRegistered, false)
      assert.match(outlet.problem ?? '', /radio\/set/)
      stick.dropOffBus()
      await stick.replug()
      assert.ok(await until(() => driver.opened > 1 && outlet.phases.at(-1) === 'ready', 300))
      return !stick.radio.isRegistered
    },
    codes: BY_MODEM,
    bad: [
      ['perhaps', /on: /],
      [{ on: 1 }, /on: /],
      [{}, /on: /],
      [{ on: true, until: 5 }, /until/],
    ],
  },
  {
    name: 'refresh',
    payload: 'PRESS',
    given: async ({ stick }) => stick.setSignal({ rsrpDbm: -71 }),
    at: ['+CSQ', '+CESQ', '+ZRSSI'],
    done: ({ outlet }) => outlet.told.signal?.rsrpDbm === -71,
    // What a modem does not tell is told as not known; every modem can be asked.
    codes: { ...BY_MODEM, refused: 'ok', incapable: 'ok' },
    bad: [[{ deep: true }, /deep/]],
  },
]

test('every command is in one of the two tables, but for sms/send', () => {
  const elsewhere = new Set(['sms/send', ...NETWORK_COMMANDS.map(({ name }) => name)])
  assert.deepEqual(
    ROWS.map(({ name }) => name),
    COMMANDS.map(({ name }) => name).filter((name) => !elsewhere.has(name)),
  )
})

for (const { name, payload, options, given = async () => {}, at, done, codes, bad } of ROWS) {
  describe(name, () => {
    test('is carried out', async (t) => {
      const bench = await setUp(t, {}, options)
      await given(bench)
      assert.equal(codeOf(await bench.ask(name, payload)), 'ok')
      assert.ok(await done(bench))
    })

    if (at !== undefined)
      test('tells that the modem refused it', async (t) => {
        const bench = await setUp(t, {}, options)
        await given(bench)
        for (const command of at) bench.stick.refuse(command)
        assert.equal(codeOf(await bench.ask(name, payload)), codes.refused)
      })

    test('is answered for a modem that can do nothing', async (t) => {
      assert.equal(codeOf(await askIncapable(t, name, payload)), codes.incapable)
    })

    test('is answered while the modem is away', async (t) => {
      const bench = await setUp(t, {}, options)
      await given(bench)
      bench.stick.dropOffBus()
      await bench.pass(1)
      assert.equal(codeOf(await bench.ask(name, payload)), codes.away)
    })

    test('is answered once when the modem goes away in the middle', async (t) => {
      const bench = await setUp(t, { latency: { commandMs: 50 } }, options)
      await given(bench)
      bench.said.length = 0
      assert.equal(codeOf(await bench.ask(name, payload, () => bench.stick.dropOffBus())), codes.middle)
      if (at !== undefined) assert.notEqual(bench.said.length, 0, 'it was under way')
    })

    test('is answered when the modem says nothing more', async (t) => {
      const bench = await setUp(t, {}, options)
      await given(bench)
      await bench.pass(10)
      bench.stick.hang()
      assert.equal(codeOf(await bench.ask(name, payload)), codes.hung)
      // Whatever still waits for it may end.
      bench.stick.dropOffBus()
      await bench.pass(10)
    })

    for (const [wrong, says] of bad) {
      test(`refuses ${JSON.stringify(wrong).slice(0, 40)} and says what was expected`, async (t) => {
        const bench = await setUp(t, {}, options)
        bench.said.length = 0
        const answer = await bench.ask(name, wrong)
        assert.equal(codeOf(answer), 'invalid_request')
        assert.match(answer.status === 'error' ? answer.error.message : '', says)
        assert.ok(!bench.said.some((line) => /^AT\+(?:CUSD|CFUN|CMGD)=/.test(line)), bench.said.join())
      })
    }
  })
}
