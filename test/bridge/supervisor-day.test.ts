import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Outlet } from '../../src/bridge/outlet.ts'
import { ModemError } from '../../src/modem/errors.ts'
import type { SmsStore } from '../../src/modem/modem.ts'
import { FakeModem, segment } from './fake-modem.ts'
import { settle, supervise } from './supervisor-bench.ts'

const MESSAGES_PER_HOUR = 12
const HOURS = 24
/** What is compiled and cached once belongs to nobody's leak; it takes about this long, depending on the Node version. */
const WARM_UP_HOURS = 12
const EVERY_S = 3600 / MESSAGES_PER_HOUR
/** Between what the engine itself keeps, which differs from version to version, and 288 sessions that are kept. */
const HEAP_LIMIT_BYTES = 1_000_000

/** When a modem leaves the bus because of a message, as seen from the bridge's work on it. */
const MOMENTS = ['at its notification', 'before the listing', 'before the removal', 'behind the removal'] as const
type Moment = (typeof MOMENTS)[number]

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** A stick that is lost at each message, and has in its store after that what it had before. */
class FragileStick {
  /** Every modem object that was made of it. */
  readonly modems: WeakRef<FakeModem>[] = []
  #modem = new FakeModem()
  #moment: Moment | null = null
  #refusals = 0

  /** Each time it stays away a bit longer, and then not at all. */
  async open(): Promise<FakeModem> {
    if (this.#refusals > 0) {
      this.#refusals--
      throw new ModemError('modem_offline', 'there is no such port')
    }
    const modem = new FakeModem()
    modem.stored.push(...this.#modem.stored)
    const { sms } = modem.can
    assert.ok(sms)
    Object.assign(modem.can, { sms: this.#fragile(modem, sms) })
    this.#modem = modem
    this.modems.push(new WeakRef(modem))
    return modem
  }

  receive(number: number): void {
    this.#moment = MOMENTS[number % MOMENTS.length] ?? null
    this.#refusals = number % 3
    this.#modem.stored.push(segment(`message ${number}`))
    this.#modem.emit('arrived')
    this.#perhapsLost(this.#modem, 'at its notification')
  }

  #fragile(modem: FakeModem, store: SmsStore): SmsStore {
    return {
      ...store,
      list: async (everywhere) => {
        if (this.#perhapsLost(modem, 'before the listing')) throw gone()
        return store.list(everywhere)
      },
      remove: async (segments) => {
        if (this.#perhapsLost(modem, 'before the removal')) throw gone()
        const stayed = await store.remove(segments)
        this.#perhapsLost(modem, 'behind the removal')
        return stayed
      },
    }
  }

  #perhapsLost(modem: FakeModem, moment: Moment): boolean {
    if (this.#moment !== moment) return false
    this.#moment = null
    queueMicrotask(() => modem.emit('lost', gone()))
    return true
  }
}

const gone = (): ModemError => new ModemError('closed', 'The modem was unplugged.')

/** Counts, and keeps nothing else. */
function countingOutlet() {
  const received = new Map<string | null, number>()
  const ids = new Set<string>()
  const outlet: Outlet = {
    announce: async () => {},
    availability: async () => {},
    state: async () => {},
    smsStatus: async () => {},
    event: async () => {},
    publish: async () => {},
    call: async () => {},
    ussdReply: async () => {},
    isReachable: true,
    smsReceived: async (_, { id, text }) => {
      ids.add(id)
      received.set(text, (received.get(text) ?? 0) + 1)
    },
  }
  return { outlet, received, ids }
}

/** Counts the timers that are set and have neither come nor been taken back. */
function countTimers(restoreAfter: (restore: () => void) => void): () => number {
  const { setTimeout: set, clearTimeout: clear } = globalThis
  const pending = new Set<unknown>()
  globalThis.setTimeout = Object.assign((act: () => void, ms?: number) => {
    const timer = set(() => {
      pending.delete(timer)
      act()
    }, ms)
    pending.add(timer)
    return timer
  }, set)
  globalThis.clearTimeout = (timer) => {
    pending.delete(timer)
    clear(timer)
  }
  restoreAfter(() => Object.assign(globalThis, { setTimeout: set, clearTimeout: clear }))
  return () => pending.size
}

test('a modem that is lost at every message for a day costs neither a message nor memory', async (t) => {
  const stick = new FragileStick()
  const { outlet, received, ids } = countingOutlet()
  const { ending, opens, pass, supervisor } = supervise(t, { outlet, onProblem: () => {} })
  opens(() => stick.open())
  const timers = countTimers((restore) => t.after(restore))

  const kept = async () => {
    for (let turn = 0; turn < 5; turn++) {
      collectGarbage()
      await settle()
    }
    return {
      listeners: getEventListeners(ending.signal, 'abort').length,
      timers: timers(),
      modems: stick.modems.filter((modem) => modem.deref() !== undefined).length,
      heapBytes: process.memoryUsage().heapUsed,
    }
  }
  const live = async (hours: number, from: number): Promise<void> => {
    for (let number = from; number < from + hours * MESSAGES_PER_HOUR; number++) {
      stick.receive(number)
      await pass(EVERY_S)
    }
  }
  // The first opening is over, and nothing is due at the same instant as a message.
  await pass(7)
  await live(WARM_UP_HOURS, 0)
  const { heapBytes: heapBefore, ...before } = await kept()
  await live(HOURS, WARM_UP_HOURS * MESSAGES_PER_HOUR)
  const { heapBytes, ...after } = await kept()

  const all = Array.from(
    { length: (WARM_UP_HOURS + HOURS) * MESSAGES_PER_HOUR },
    (_, number) => [`message ${number}`, 1] as const,
  )
  assert.deepEqual([...received], all)
  assert.equal(ids.size, all.length)
  assert.equal(supervisor.counters.losses, all.length)
  assert.deepEqual(after, before)
  const note = `heap: ${heapBytes - heapBefore} bytes more after ${HOURS} hours`
  t.diagnostic(`${JSON.stringify(after)}, ${note}`)
  assert.ok(heapBytes - heapBefore < HEAP_LIMIT_BYTES, note)
})
