import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Device, KnownDevice } from '../../src/homeassistant/announcement.ts'
import {
  leftovers,
  parseDevice,
  readKnown,
  stepsTo,
  withAnnounced,
  withKept,
  withKnown,
  withoutLeftovers,
  writeKnown,
} from '../../src/homeassistant/announcement.ts'

const ROOT = { o: { name: 'zte2mqtt' } }
const A = { p: 'sensor', uniq_id: 'a' }
const B = { p: 'sensor', uniq_id: 'b' }
const B_SWITCH = { p: 'switch', uniq_id: 'b' }

const device = (components: Device['components']): Device => ({ root: ROOT, components })
const known = (...components: KnownDevice['components']): KnownDevice => ({ root: ROOT, components })
const components = (payload: string): unknown => (payload === '' ? '' : JSON.parse(payload).cmps)

const STEPS: readonly (readonly [
  what: string,
  known: KnownDevice,
  wanted: Device | null,
  steps: readonly unknown[],
])[] = [
  ['what is wanted is announced', known(['a', A]), device({ a: A }), [{ a: A }]],
  ['what is new is announced', known(), device({ a: A }), [{ a: A }]],
  [
    'a component that is not wanted is announced in full and then bare',
    known(['a', A], ['b', B]),
    device({ a: A }),
    [
      { a: A, b: B },
      { a: A, b: { p: 'sensor' } },
    ],
  ],
  [
    'a component that the table itself takes back likewise',
    known(['a', A], ['b', B]),
    device({ a: A, b: { p: 'sensor' } }),
    [
      { a: A, b: B },
      { a: A, b: { p: 'sensor' } },
    ],
  ],
  [
    'the old platform of a key goes before the new one comes',
    known(['b', B]),
    device({ b: B_SWITCH }),
    [{ b: B }, { b: { p: 'sensor' } }, { b: B_SWITCH }],
  ],
  [
    'two platforms of a key go one after the other',
    known(['b', B], ['b', B_SWITCH]),
    device({ a: A }),
    [
      { a: A, b: B },
      { a: A, b: { p: 'sensor' } },
      { a: A, b: B_SWITCH },
      { a: A, b: { p: 'switch' } },
    ],
  ],
  ['a device is announced in full and then cleared', known(['a', A], ['b', B]), null, [{ a: A, b: B }, '']],
  [
    'of a device with two platforms of a key, the first goes before',
    known(['b', B], ['b', B_SWITCH]),
    null,
    [{ b: B }, { b: { p: 'sensor' } }, { b: B_SWITCH }, ''],
  ],
  ['a device of which nothing is known is cleared', known(), null, ['']],
]

for (const [what, before, wanted, steps] of STEPS) {
  test(`the way to what is wanted: ${what}`, () => {
    assert.deepEqual(stepsTo(before, wanted).map(components), steps)
    for (const step of stepsTo(before, wanted)) if (step !== '') assert.deepEqual(JSON.parse(step).o, ROOT.o)
  })
}

test('a bare platform counts as nothing that Home Assistant could know', () => {
  const after = withAnnounced(known(['a', A]), device({ a: { p: 'sensor' }, b: B }))
  assert.deepEqual(after.components, [
    ['a', A],
    ['b', B],
  ])
})

test('a changed component takes the place of the earlier one, another platform stands beside it', () => {
  const renamed = { ...B, name: 'Bee' }
  assert.deepEqual(withAnnounced(known(['b', B]), device({ b: renamed })).components, [['b', renamed]])
  assert.deepEqual(withAnnounced(known(['b', B]), device({ b: B_SWITCH })).components, [
    ['b', B],
    ['b', B_SWITCH],
  ])
})

test('of two memories the newer one counts where both speak', () => {
  const renamed = { ...B, name: 'Bee' }
  assert.deepEqual(withKnown(known(['a', A], ['b', B]), known(['b', renamed])).components, [
    ['a', A],
    ['b', renamed],
  ])
  assert.deepEqual(withKnown(known(['a', A]), undefined), known(['a', A]))
})

test('what a device does not speak of yet is kept, and what it speaks of is as it says', () => {
  const renamed = { ...B, name: 'Bee' }
  assert.deepEqual(withKept(known(['a', A], ['b', B]), device({ b: renamed })).components, { a: A, b: renamed })
})

test('what has certainly gone is no leftover any more', () => {
  const before = known(['a', A], ['b', B], ['b', B_SWITCH])
  const wanted = device({ b: B_SWITCH })
  assert.deepEqual(leftovers(before, wanted), [
    ['a', A],
    ['b', B],
  ])
  assert.deepEqual(withoutLeftovers(before, wanted).components, [['b', B_SWITCH]])
})

test('what the journal keeps comes back as it was', () => {
  const before = known(['a', A], ['b', B_SWITCH])
  const row = writeKnown('homeassistant/device/x/config', before, ['zte/x/state'])
  assert.deepEqual(readKnown(row), before)
  assert.deepEqual(row.states, ['zte/x/state'])
})

test('a message is taken apart into its components and the rest', () => {
  assert.deepEqual(parseDevice(JSON.stringify({ ...ROOT, cmps: { a: A } })), device({ a: A }))
})
