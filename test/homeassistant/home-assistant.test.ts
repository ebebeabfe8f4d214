import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Components, Setup } from './house.ts'
import { House } from './house.ts'

const STICK = 'homeassistant/device/zte_stick/config'
const A: Components = { a: 'sensor', trigger: 'device_automation' }
const AB: Components = { ...A, b: 'sensor' }
const only = (components: Components): Setup => ({ modems: { stick: components } })
const BRIDGE = 'state binary_sensor'

/** Longer than a bridge and Home Assistant need after a start, in milliseconds. */
const START_MS = 20_000
/** Longer than the bridge waits until it forgets. */
const FORGET_MS = 140_000

/** What was published on a discovery topic from `from` on: keys, with a `-` before those that are to be removed. */
function stepsOn(house: House, topic: string, from = 0): readonly string[] {
  return house.log.slice(from).flatMap((line) => {
    if (!line.startsWith(`${topic} `)) return []
    const payload = line.slice(topic.length + 1)
    if (payload === '') return ['(empty)']
    const cmps = Object.entries(JSON.parse(payload).cmps as Record<string, object>)
    return cmps.map(([key, component]) => (Object.keys(component).length === 1 ? `-${key}` : key)).join(' ')
  })
}

async function restartHomeAssistant(house: House): Promise<void> {
  house.homeAssistant.stop()
  await house.pass(5_000)
  house.homeAssistant.start()
  await house.pass(START_MS)
}

/** Everything runs on in peace, and Home Assistant starts twice: the second time shows what is dead. */
async function assertClean(house: House, entities: readonly string[]): Promise<void> {
  await house.pass(START_MS)
  await restartHomeAssistant(house)
  await house.pass(FORGET_MS)
  await restartHomeAssistant(house)
  assert.deepEqual(house.homeAssistant.dead, [], 'dead entries')
  assert.deepEqual(house.homeAssistant.entities, [...entities].sort())
  assert.deepEqual([house.homeAssistant.warnings, house.problems], [[], []])
}

const AS_A = ['a sensor', 'trigger device_automation', BRIDGE]
const AS_AB = [...AS_A, 'b sensor']

/** What may have happened between two bridges, or while the new one starts. */
const BETWEEN: readonly (readonly [
  what: string,
  before: (house: House) => Promise<void>,
  after?: (house: House) => Promise<void>,
])[] = [
  ['while Home Assistant runs', async () => {}],
  [
    'while Home Assistant is away',
    async (house) => house.homeAssistant.stop(),
    async (house) => house.homeAssistant.start(),
  ],
  ['after a restart of Home Assistant', restartHomeAssistant],
  [
    'after Home Assistant and a broker without persistence have started again',
    async (house) => {
      house.stopBridge()
      house.stopBroker()
      house.homeAssistant.stop()
      await house.pass(1_000)
      house.startBroker('lost')
      house.homeAssistant.start()
      await house.pass(START_MS)
    },
  ],
  ['while the broker is away', async (house) => house.stopBroker(), async (house) => house.startBroker('lost')],
  [
    'while Home Assistant and the broker are away',
    async (house) => {
      house.homeAssistant.stop()
      house.stopBroker()
    },
    async (house) => {
      house.startBroker('lost')
      await house.pass(START_MS)
      house.homeAssistant.start()
    },
  ],
]

const CHANGES: readonly (readonly [what: string, setups: readonly Setup[], entities: readonly string[]])[] = [
  ['an entity that is removed', [only(AB), only(A)], AS_A],
  ['an entity that is removed and comes back', [only(AB), only(A), only(AB)], AS_AB],
  ['an upgrade that is taken back', [only(A), only({ ...AB, c: 'switch' }), only(A)], AS_A],
  ['an entity on another platform', [only(AB), only({ ...A, b: 'switch' })], [...AS_A, 'b switch']],
  ['an entity on another platform and back', [only(AB), only({ ...A, b: 'switch' }), only(AB)], AS_AB],
  [
    'an entity on a third platform',
    [only(AB), only({ ...A, b: 'switch' }), only({ ...A, b: 'text' })],
    [...AS_A, 'b text'],
  ],
  ['an entity that changed its platform and went', [only(AB), only({ ...A, b: 'switch' }), only(A)], AS_A],
  ['a modem that is removed', [{ modems: { stick: A, mifi: AB } }, only(A)], AS_A],
  ['a modem that is renamed', [{ modems: { stick: AB } }, { modems: { o2: AB } }], AS_AB],
  [
    'a modem that changed a platform and went',
    [{ modems: { stick: A, mifi: AB } }, { modems: { stick: A, mifi: { b: 'switch' } } }, only(A)],
    AS_A,
  ],
  ['another base topic', [only(AB), { ...only(AB), base: 'house' }], AS_AB],
  ['Home Assistant switched off', [only(AB), { ...only(AB), isEnabled: false }], []],
]

for (const [what, setups, entities] of CHANGES) {
  describe(`${what} leaves no dead entity`, () => {
    for (const [when, before, after] of BETWEEN) {
      test(when, async (t) => {
        const house = new House(t)
        house.homeAssistant.start()
        await house.pass(START_MS)
        const [first, ...rest] = setups
        if (first !== undefined) house.startBridge(first)
        await house.pass(START_MS)
        for (const setup of rest) {
          await before(house)
          house.startBridge(setup)
          await house.pass(START_MS)
          await after?.(house)
          await house.pass(START_MS)
        }
        await assertClean(house, entities)
      })
    }
  })
}

test('while Home Assistant runs, what is removed goes at once: announced in full, and then as a bare platform', async (t) => {
  const house = new House(t)
  house.homeAssistant.start()
  house.startBridge(only(AB))
  await house.pass(START_MS)
  const from = house.log.length
  house.startBridge(only(A))
  await house.pass(5_000)
  assert.deepEqual(stepsOn(house, STICK, from), ['a trigger b', 'a trigger -b'])
  assert.deepEqual(house.homeAssistant.entities, [...AS_A].sort())
})

test('what went while Home Assistant was away is removed once more after its birth, and then never again', async (t) => {
  const house = new House(t)
  house.homeAssistant.start()
  house.startBridge(only(AB))
  await house.pass(START_MS)
  house.homeAssistant.stop()
  house.startBridge(only(A))
  await house.pass(5_000)
  const from = house.log.length
  house.homeAssistant.start()
  await house.pass(FORGET_MS)
  assert.deepEqual(stepsOn(house, STICK, from), ['a trigger b', 'a trigger -b'])
  await restartHomeAssistant(house)
  assert.deepEqual(stepsOn(house, STICK, from), ['a trigger b', 'a trigger -b', 'a trigger'])
})

test('a change of platform goes in three steps, so that no two messages name the same key for different things', async (t) => {
  const house = new House(t)
  house.homeAssistant.start()
  house.startBridge(only(AB))
  await house.pass(START_MS)
  const from = house.log.length
  house.startBridge(only({ ...A, b: 'switch' }))
  await house.pass(10_000)
  assert.deepEqual(stepsOn(house, STICK, from), ['a trigger b', 'a trigger -b', 'a trigger b'])
})

test('the device of a removed modem is announced, then cleared, and then its retained topics', async (t) => {
  const house = new House(t)
  house.homeAssistant.start()
  house.startBridge({ modems: { stick: A, mifi: AB } })
  await house.pass(START_MS)
  assert.ok(house.retained.has('zte/mifi/state') && house.retained.has('zte/mifi/availability'))
  const from = house.log.length
  house.startBridge(only(A))
  await house.pass(10_000)
  const mifi = house.log.slice(from).filter((line) => line.includes('mifi'))
  const cleared = mifi.indexOf('homeassistant/device/zte_mifi/config ')
  assert.equal(cleared, 1)
  assert.ok(mifi.slice(cleared + 1).length > 3)
  for (const line of mifi.slice(cleared + 1)) assert.match(line, /^zte\/mifi\/\S+ $/)
  assert.deepEqual(
    [...house.retained.keys()].filter((topic) => topic.includes('mifi')),
    [],
  )
  assert.ok(house.retained.has('zte/stick/state'))
})

test('the journal forgets a removed device only when Home Assistant was certainly there', async (t) => {
  const house = new House(t)
  house.startBridge({ modems: { stick: A, mifi: AB } })
  await house.pass(START_MS)
  const bridge = house.startBridge(only(A))
  const mifi = (): boolean => bridge.announced.some((topic) => topic.includes('mifi'))
  await house.pass(FORGET_MS)
  assert.equal(mifi(), true, 'nobody was there')
  house.homeAssistant.start()
  await house.pass(60_000)
  assert.equal(mifi(), true, 'a will may still be on its way')
  house.homeAssistant.stop()
  await house.pass(FORGET_MS)
  assert.equal(mifi(), true, 'it went too soon')
  house.homeAssistant.start()
  await house.pass(FORGET_MS)
  assert.equal(mifi(), false)
})

test('with Home Assistant switched off, everything is taken back but the topics of the modems stay', async (t) => {
  const house = new House(t)
  house.homeAssistant.start()
  house.startBridge(only(AB))
  await house.pass(START_MS)
  house.startBridge({ ...only(AB), isEnabled: false })
  await house.pass(START_MS)
  assert.deepEqual(house.homeAssistant.entities, [])
  assert.ok(house.retained.has('zte/stick/state') && house.retained.has('zte/bridge/state'))
})

test('nothing is removed of a modem that has not been opened, because it may only not have been asked', async (t) => {
  const house = new House(t)
  house.homeAssistant.start()
  house.startBridge(only(AB))
  await house.pass(START_MS)
  const from = house.log.length
  house.startBridge({ ...only(A), unopened: ['stick'] })
  await house.pass(START_MS)
  assert.deepEqual(
    stepsOn(house, STICK, from).filter((step) => step.includes('-')),
    [],
  )
  assert.deepEqual(house.homeAssistant.entities, [...AS_AB].sort())
  house.startBridge(only(A))
  await assertClean(house, AS_A)
})

test('after every kill in the middle of a removal, the next start ends it', async (t) => {
  for (const afterMs of [100, 1_000, 2_100, 3_000, 4_100, 5_000, 30_000]) {
    await t.test(`${afterMs} ms after the start`, async (inner) => {
      const house = new House(inner)
      house.homeAssistant.start()
      house.startBridge({ modems: { stick: AB, mifi: AB } })
      await house.pass(START_MS)
      const setup = only({ ...A, b: 'switch' })
      house.startBridge(setup)
      await house.pass(afterMs)
      house.stopBridge()
      await restartHomeAssistant(house)
      house.startBridge(setup)
      await assertClean(house, [...AS_A, 'b switch'])
    })
  }
})

describe('another bridge on the same broker', () => {
  for (const journal of ['kept', 'lost'] as const) {
    test(`keeps its devices when this one's modems go (journal ${journal})`, async (t) => {
      const house = new House(t)
      house.homeAssistant.start()
      house.startBridge({ base: 'other', modems: { stick: A, mifi: AB } }, 'other')
      house.startBridge({ modems: { stick: A, mifi: AB } })
      await house.pass(START_MS)
      const from = house.log.length
      house.startBridge(only(A), 'bridge', journal)
      await house.pass(START_MS)
      const others = house.log.slice(from).filter((line) => /\bother[_/]/.test(line))
      assert.deepEqual(others, [])
      await assertClean(house, [...AS_A, ...AS_A, ...AS_AB.filter((entity) => entity !== BRIDGE)])
    })
  }
})

describe('with a lost journal', () => {
  test('what was announced is found in the broker and taken back', async (t) => {
    const house = new House(t)
    house.homeAssistant.start()
    house.startBridge({ modems: { stick: AB, mifi: AB } })
    await house.pass(START_MS)
    house.startBridge(only(A), 'bridge', 'lost')
    await assertClean(house, AS_A)
    assert.deepEqual(
      [...house.retained.keys()].filter((topic) => topic.includes('mifi')),
      [],
    )
  })

  const STRANGERS: readonly (readonly [what: string, topic: string, message: object])[] = [
    [
      'a device of the user that is there when the bridge is',
      'homeassistant/device/zte_lamp/config',
      {
        o: { name: 'mine' },
        avty: [{ t: 'zte/bridge/state' }],
        cmps: { a: { p: 'sensor', uniq_id: 'lamp', stat_t: 'lamp' } },
      },
    ],
    [
      'a device of a bridge whose base topic begins in the same way',
      'homeassistant/device/zte_2_stick/config',
      {
        o: { name: 'zte2mqtt' },
        avty: [{ t: 'zte_2/bridge/state' }],
        cmps: { a: { p: 'sensor', uniq_id: 'x', stat_t: 'x' } },
      },
    ],
    ['something that is no JSON', 'homeassistant/device/zte_junk/config', {}],
  ]
  for (const [what, topic, message] of STRANGERS) {
    test(`${what} is left alone`, async (t) => {
      const house = new House(t)
      const payload = what.includes('no JSON') ? '"name":"zte2mqtt" "zte/bridge/state"' : JSON.stringify(message)
      house.publish(topic, payload, true)
      house.startBridge(only(A), 'bridge', 'lost')
      await house.pass(START_MS)
      assert.equal(house.retained.get(topic), payload)
    })
  }
})

/** Always the same for the same seed (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides
  }
}

const ANY_SETUP: readonly Setup[] = [
  only(A),
  only(AB),
  only({ ...A, b: 'switch' }),
  only({ b: 'text' }),
  { modems: { stick: A, mifi: AB } },
  { modems: { mifi: { a: 'switch' } } },
  { ...only(AB), unopened: ['stick'] },
]

test('whatever starts and stops in whatever order, nothing dead is left in the end', async (t) => {
  for (let seed = 1; seed <= 40; seed++) {
    await t.test(`seed ${seed}`, async (inner) => {
      const roll = dice(seed)
      const house = new House(inner)
      house.homeAssistant.start()
      house.startBridge(only(AB))
      for (let step = 0; step < 12; step++) {
        await house.pass([200, 1_500, 2_500, 5_000, 15_000, FORGET_MS][roll(6)] ?? 0)
        const what = roll(6)
        if (what === 0) house.homeAssistant.stop()
        if (what === 1) house.homeAssistant.stop()
        if (what <= 1) await house.pass([100, 5_000][roll(2)] ?? 0)
        if (what <= 1 || what === 2) {
          house.homeAssistant.stop()
          house.homeAssistant.start()
        }
        if (what === 3) {
          house.stopBroker()
          await house.pass([1_000, 30_000][roll(2)] ?? 0)
          house.startBroker(roll(2) === 0 ? 'kept' : 'lost')
        }
        if (what >= 4) house.startBridge(ANY_SETUP[roll(ANY_SETUP.length)] ?? only(A))
      }
      house.startBridge(only(A))
      await assertClean(house, AS_A)
    })
  }
})
