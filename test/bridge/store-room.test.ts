import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crowdedOut, fullStores } from '../../src/bridge/store-room.ts'
import { complaintOf } from '../../src/bridge/well-being.ts'
import type { MessageStore } from '../../src/modem/state.ts'
import { FakeModem, segment } from './fake-modem.ts'
import { supervise } from './supervisor-bench.ts'

const DEVICE = { storage: 'device', used: 8, capacity: 8 } as const
const SIM = { storage: 'sim', used: 20, capacity: 20 } as const

const lying = (store: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ ...segment(`${store} ${index}`), store }))

test('of each store as much is given up as keeps a quarter of it free', () => {
  const staying = [...lying('device', 8), ...lying('sim', 12)]
  const ROOMS: readonly (readonly [store: MessageStore, leaving: number, device: number, sim: number])[] = [
    [{ ...DEVICE, others: [SIM] }, 0, 2, 5],
    [{ ...DEVICE, others: [SIM] }, 1, 1, 5],
    [{ ...DEVICE, used: 6, others: [{ ...SIM, used: 16 }] }, 0, 0, 1],
    [DEVICE, 3, 0, 0],
    [SIM, 0, 0, 5],
  ]
  for (const [store, leaving, device, sim] of ROOMS) {
    const chosen = crowdedOut(store, staying, lying('device', leaving)).map(({ raw }) => raw)
    const expected = [...lying('device', device), ...lying('sim', sim)].map(({ raw }) => raw)
    assert.deepEqual(chosen, expected, JSON.stringify([store, leaving]))
  }
})

test('every full store counts, and an empty one without a size does not', () => {
  const names = (store?: MessageStore) => fullStores(store ? { store } : {}).map(({ storage }) => storage)
  assert.deepEqual(names(), [])
  assert.deepEqual(names({ ...DEVICE, used: 7, others: [SIM] }), ['sim'])
  assert.deepEqual(names({ ...DEVICE, others: [SIM] }), ['device', 'sim'])
  assert.deepEqual(names({ ...DEVICE, used: 0, capacity: 0 }), [])
})

test('a full store is a problem in words that name it, and less of one than a SIM that is not ready', () => {
  const store = { ...DEVICE, used: 0, others: [SIM] }
  const registration = { state: 'home', accessTechnology: null } as const
  assert.match(complaintOf({ sim: 'ready', registration, store }, false) ?? '', /"sim".*full \(20\).*sms\/delete/)
  assert.match(complaintOf({ sim: 'pin_required', registration, store }, false) ?? '', /PIN/)
  assert.equal(complaintOf({ sim: 'ready', registration, store: { ...store, others: [] } }, false), null)
})

test('a store that is full is told once, with either name, and is no problem any more once the look has made room', async (t) => {
  const { modem, opens, outlet, pass, modems } = supervise(t)
  opens(async () => {
    const full = new FakeModem()
    full.stored.push(...Array.from({ length: 20 }, (_, index) => segment(`Message ${index}`, {}, index + 1)))
    modems.push(full)
    return full
  })
  await pass(2)
  assert.equal(modem().stored.length, 0)
  assert.equal(outlet.events.filter((type) => type === 'storage_full').length, 1)
  assert.equal(outlet.problem, null)
  modem().others = [SIM]
  await pass(61)
  assert.equal(outlet.events.filter((type) => type === 'storage_full').length, 2)
  assert.match(outlet.problem ?? '', /"sim"/)
  await pass(200)
  assert.equal(outlet.events.filter((type) => type === 'storage_full').length, 2)
  modem().others = []
  await pass(61)
  assert.equal(outlet.problem, null)
})

test('the problem of a full store goes with the look that makes room, and not only with the next reading of the state', async (t) => {
  const poll = { signalMs: 10_000, statusMs: 10_000, smsMs: 25_000, republishMs: 600_000 }
  const { modem, outlet, pass } = supervise(t, { poll })
  await pass(2)
  modem().stored.push(...Array.from({ length: 20 }, (_, index) => segment(`Message ${index}`, {}, index + 1)))
  await pass(20)
  assert.match(outlet.problem ?? '', /"SM".*full \(20\)/)
  await pass(6)
  assert.equal(modem().stored.length, 0)
  assert.equal(outlet.problem, null)
})
