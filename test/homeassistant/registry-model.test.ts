import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { RegistryModel } from './registry-model.ts'

const TOPIC = 'homeassistant/device/zte_stick/config'

type Components = Readonly<Record<string, string>>

/** Components by key: the platform, or with a `-` before it the order to remove it. */
function message(components: Components): string {
  const cmps = Object.entries(components).map(([key, platform]) => [
    key,
    platform.startsWith('-') ? { p: platform.slice(1) } : { p: platform, uniq_id: `zte_stick_${key}` },
  ])
  return JSON.stringify({ dev: { ids: ['zte_stick'] }, o: { name: 'zte2mqtt' }, cmps: Object.fromEntries(cmps) })
}

type Step = Components | 'empty' | 'restart' | 'restart without retained' | 'at once'

/** @returns what is there in the end and what is dead */
function live(t: TestContext, steps: readonly Step[]) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const retained = new Map<string, string>()
  const told: string[] = []
  const model = new RegistryModel({ isUp: true, retained, publish: (_topic, payload) => told.push(payload) })
  // In small steps, because a timer that starts another counts from the end of the step.
  const pass = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 20) t.mock.timers.tick(20)
  }
  model.start()
  pass(10_000)
  for (const [index, step] of steps.entries()) {
    if (step === 'at once') continue
    if (step === 'restart without retained') retained.clear()
    if (step === 'restart' || step === 'restart without retained') {
      model.stop()
      model.start()
      pass(10_000)
      continue
    }
    const payload = step === 'empty' ? '' : message(step)
    if (payload === '') retained.delete(TOPIC)
    else retained.set(TOPIC, payload)
    model.receive(TOPIC, payload)
    if (steps[index + 1] !== 'at once') pass(1_000)
  }
  return { entities: model.entities, dead: model.dead, warnings: model.warnings, told }
}

const A = { a: 'sensor' }
const AB = { a: 'sensor', b: 'sensor' }

const LIVES: readonly (readonly [
  what: string,
  steps: readonly Step[],
  entities: readonly string[],
  dead: readonly string[],
])[] = [
  ['what is announced is there', [AB], ['a sensor', 'b sensor'], []],
  ['a component that is left out stays', [AB, A], ['a sensor', 'b sensor'], []],
  ['... and is dead after a restart', [AB, A, 'restart'], ['a sensor'], ['sensor zte_stick_b']],
  ['... and then an empty payload does not remove it', [AB, A, 'restart', 'empty'], [], ['sensor zte_stick_b']],
  ['a bare platform removes it', [AB, { ...A, b: '-sensor' }, 'restart'], ['a sensor'], []],
  [
    'a bare platform does not remove what it has not learned since its start',
    [AB, A, 'restart', { ...A, b: '-sensor' }],
    ['a sensor'],
    ['sensor zte_stick_b'],
  ],
  ['once announced again, it does', [AB, A, 'restart', AB, { ...A, b: '-sensor' }, 'restart'], ['a sensor'], []],
  [
    'two messages at once are one: the last',
    [AB, A, 'restart', AB, 'at once', { ...A, b: '-sensor' }, 'restart'],
    ['a sensor'],
    ['sensor zte_stick_b'],
  ],
  ['an empty payload removes the device', [AB, 'empty', 'restart'], [], []],
  [
    'a lost announcement leaves dead entries',
    [AB, 'restart without retained'],
    [],
    ['sensor zte_stick_a', 'sensor zte_stick_b'],
  ],
  ['a key on another platform is a second entity', [A, { a: 'switch' }], ['a sensor', 'a switch'], []],
  ['... of which an empty payload removes one', [A, { a: 'switch' }, 'empty'], ['a sensor'], []],
  ['... and the first is dead after a restart', [A, { a: 'switch' }, 'restart'], ['a switch'], ['sensor zte_stick_a']],
  ['a trigger leaves no entry', [{ t: 'device_automation' }, 'restart without retained'], [], []],
]

for (const [what, steps, entities, dead] of LIVES) {
  test(`in the model of Home Assistant, ${what}`, (t) => {
    const end = live(t, steps)
    assert.deepEqual([end.entities, end.dead, end.warnings], [entities, dead, []])
  })
}

test('the model of Home Assistant is born some seconds after its start, and says when it goes', (t) => {
  assert.deepEqual(live(t, ['restart']).told, ['online', 'offline', 'online'])
})
