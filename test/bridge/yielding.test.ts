import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { takenUntil, Yielding } from '../../src/bridge/yielding.ts'
import { ModemError } from '../../src/modem/errors.ts'
import type { ModemState, StateGroup } from '../../src/modem/state.ts'
import { supervise } from './supervisor-bench.ts'

const MINUTE_S = 60
const MINUTE_MS = 60_000

const taken = (): ModemError => new ModemError('session_taken', 'Somebody uses the web page.')

/** A supervised router that tells these groups to everybody. */
function superviseRouter(t: Parameters<typeof supervise>[0], told: () => Promise<Partial<ModemState>>) {
  const bench = supervise(t)
  const looks: (readonly StateGroup[])[] = []
  Object.assign(bench.driver, {
    readOpenly: (groups: readonly StateGroup[]) => {
      looks.push(groups)
      return told()
    },
  })
  return { ...bench, looks }
}

describe('a router whose own web page somebody uses', () => {
  test('is heard of what it tells everybody, and of nothing else', async (t) => {
    const registration = { state: 'roaming', accessTechnology: 'lte' } as const
    const { modem, outlet, pass, driver, looks } = superviseRouter(t, async () => ({ registration }))
    await pass(1)
    const { networkMode } = outlet.told
    modem().emit('lost', taken())
    await pass(2)
    assert.deepEqual([outlet.told.registration, outlet.told.networkMode], [registration, networkMode])
    assert.deepEqual([outlet.phases.at(-1), outlet.availabilities.at(-1)], ['paused', true])
    assert.match(outlet.problem ?? '', /logs in again at 2026-11-22T10:05:01\.000Z/)
    assert.ok(!outlet.availabilities.includes(false), 'it has answered all the time')
    await pass(2 * MINUTE_S)
    assert.ok(looks.length >= 4 && looks.length <= 6)
    assert.equal(driver.opened, 1)
  })

  test('and that does not answer is offline until it does', async (t) => {
    let isThere = false
    const { modem, outlet, pass } = superviseRouter(t, async () => {
      if (!isThere) throw new ModemError('modem_offline', 'Nothing answers.')
      return {}
    })
    await pass(1)
    modem().emit('lost', taken())
    await pass(2)
    assert.deepEqual([outlet.phases.at(-1), outlet.availabilities.at(-1)], ['paused', false])
    isThere = true
    await pass(MINUTE_S)
    assert.deepEqual([outlet.phases.at(-1), outlet.availabilities.at(-1)], ['paused', true])
  })

  test('is logged in to later each time that it is taken again soon, and as soon as before after a calm time', async (t) => {
    const { modem, pass, driver } = supervise(t)
    await pass(1)
    for (const [turn, minutes] of [5, 10, 20, 30, 30].entries()) {
      modem().emit('lost', taken())
      await pass(minutes * MINUTE_S - 5)
      assert.equal(driver.opened, turn + 1, `${minutes} minutes`)
      await pass(10)
      assert.equal(driver.opened, turn + 2, `${minutes} minutes`)
    }
    await pass(31 * MINUTE_S)
    modem().emit('lost', taken())
    await pass(5 * MINUTE_S + 5)
    assert.equal(driver.opened, 7)
  })

  test('is not opened by a restart by request, by the end of a pause, or by a command', async (t) => {
    const { modem, pass, driver, supervisor, outlet } = superviseRouter(t, async () => ({}))
    await pass(1)
    modem().emit('lost', taken())
    await pass(10)
    await supervisor.restart()
    await pass(10)
    await supervisor.service.pause(1)
    await pass(10)
    assert.match(outlet.problem ?? '', /paused by command/)
    await supervisor.service.pause(0)
    await pass(10)
    await assert.rejects(supervisor.service.refresh(), { code: 'modem_offline', message: /web page/ })
    assert.deepEqual([driver.opened, outlet.phases.at(-1)], [1, 'paused'])
    assert.equal(outlet.phases.filter((phase) => phase === 'starting').length, 1)
    await pass(5 * MINUTE_S)
    assert.equal(driver.opened, 2)
  })

  test('is left alone, too, when the journal cannot keep it in mind', async (t) => {
    const { modem, pass, driver, journal } = supervise(t)
    await pass(1)
    journal.close()
    modem().emit('lost', taken())
    await pass(4 * MINUTE_S)
    assert.equal(driver.opened, 1)
    await pass(2 * MINUTE_S)
    assert.equal(driver.opened, 2)
  })
})

describe('the time that is left to a person', () => {
  const setUp = (notes: Map<string, string>, now: () => number, elapsed: () => number) => {
    const journal = {
      note: (name: string) => notes.get(name) ?? null,
      setNote: (name: string, value: string | null) => void notes.set(name, value ?? ''),
    }
    return new Yielding({ id: 'mifi', journal, driver: {}, poll: { signalMs: 1_000 }, now, elapsed })
  }

  test('outlives the process, and a clock that was set back does not make it longer', () => {
    for (const [jumpMs, leftMs] of [
      [0, 3 * MINUTE_MS],
      [-60 * MINUTE_MS, 5 * MINUTE_MS],
      [60 * MINUTE_MS, 0],
    ] as const) {
      const notes = new Map<string, string>()
      let now = Date.parse('2026-11-22T10:00:00Z')
      setUp(
        notes,
        () => now,
        () => 7_000,
      ).begin()
      now += 2 * MINUTE_MS + jumpMs
      const next = setUp(
        notes,
        () => now,
        () => 500,
      )
      next.recall()
      assert.equal(Date.parse(next.until) - now, leftMs)
    }
  })

  test('is none where nothing, or nothing that can be read, is noted', () => {
    for (const note of [undefined, '', 'x', '1 y']) {
      const notes = new Map(note === undefined ? [] : [['session_taken/mifi', note]])
      const yielding = setUp(
        notes,
        () => 5,
        () => 0,
      )
      yielding.recall()
      assert.equal(yielding.until, '1970-01-01T00:00:00.005Z')
      assert.equal(takenUntil({ note: () => note ?? null }, 'mifi'), null)
    }
  })
})
