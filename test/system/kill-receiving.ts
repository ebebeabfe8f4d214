import assert from 'node:assert/strict'
import type { Json, KillHouse } from './kill-house.ts'
import { Scene } from './kill-house.ts'
import type { Story } from './kill-sweep.ts'

interface Sms {
  readonly text: string
  readonly from: string
  readonly parts: number
}

const PEER = '+447700900123'
const LONG = 'Grüße — a long message that comes in parts: '.repeat(20)

/** Second `n` of this story: every message has a service centre time of its own, so that the order to keep is certain. */
const at = (second: number): Date => new Date(Date.UTC(2026, 0, 2, 3, 4, second))

const TEXTS = {
  away: { text: `away ${LONG}`.slice(0, 180), from: PEER, parts: 3 },
  awaySingle: { text: 'away, €[]{}', from: 'Mobilis', parts: 1 },
  long: { text: `live ${LONG}`.slice(0, 190), from: PEER, parts: 3 },
  between: { text: 'between the parts 👋', from: PEER, parts: 1 },
  sentinel: { text: 'sentinel', from: '12345', parts: 1 },
} as const satisfies Readonly<Record<string, Sms>>
type Name = keyof typeof TEXTS

/** Whole in the store before the other had begun to come: so it has to be published first. */
const ORDERED: readonly (readonly [Name, Name])[] = [
  ['away', 'awaySingle'],
  ['awaySingle', 'between'],
  ['awaySingle', 'long'],
  ['between', 'sentinel'],
  ['long', 'sentinel'],
]

/** A journal that knows this modem and its SIM, so that what lies there at the start is no stranger's. */
async function meetModem(house: KillHouse): Promise<string> {
  const scene = await house.scene('acquaintance')
  scene.start()
  await scene.until('ready', () => scene.on('modem/state').at(-1)?.['phase'] === 'ready')
  scene.network.inject({ to: Scene.NUMBER, from: PEER, text: 'met', sentAt: at(0) })
  await scene.until('the first message', () => scene.on('modem/sms/received').length === 1)
  await scene.end()
  await scene.close()
  return scene.journal
}

/** A long message and a short one lie there already, a long one comes in two goes with a short one between. */
async function receive(scene: Scene, killAt: string): Promise<void> {
  const send = (name: Name, second: number, more: { order?: number[]; reference?: number } = {}): void => {
    scene.network.inject({ to: Scene.NUMBER, ...TEXTS[name], sentAt: at(second), ...more })
  }
  // A device that puts parts together has forgotten the whole when a part comes once more.
  send('away', 1, { order: scene.road.joins ? [3, 1, 2] : [3, 1, 2, 3] })
  send('awaySingle', 2)
  scene.start(killAt)
  await scene.lives('what lay there', () => hasCome(scene, 'awaySingle'))
  send('long', 3, { order: [2], reference: 77 })
  await scene.lives('the part is taken, or left where it is', () => scene.storedMessages === (scene.road.joins ? 1 : 0))
  send('between', 4)
  await scene.lives('the one between', () => hasCome(scene, 'between'))
  send('long', 3, { order: [3, 1], reference: 77 })
  await scene.lives('the long one', () => hasCome(scene, 'long') && scene.storedMessages === 0)
  await scene.end()
  send('sentinel', 5)
  scene.start()
  // The list of what is to be published is one queue: when this one is out, so is everything that will ever be.
  await scene.until('the sentinel', () => hasCome(scene, 'sentinel'))
  await scene.until('the modem is empty', () => scene.storedMessages === 0)
  judge(scene)
}

function hasCome(scene: Scene, name: Name): boolean {
  return scene.on('modem/sms/received').some(({ text }) => text === TEXTS[name].text)
}

function judge(scene: Scene): void {
  const received = scene.on('modem/sms/received')
  const texts = received.map(({ text }) => text)
  const ids = Object.entries(TEXTS).map(([name, sms]) => {
    const copies = received.filter(({ text }) => text === sms.text)
    assert.ok(copies.length > 0, `${name} was never published`)
    for (const copy of copies) demand(copy, { ...sms, parts: scene.road.joins ? 1 : sms.parts })
    const own = new Set(copies.map(({ id }) => id))
    assert.equal(own.size, 1, `${name} was published under several ids`)
    return [...own][0]
  })
  assert.equal(new Set(ids).size, ids.length, 'two messages have one id')
  const known = new Set<unknown>(Object.values(TEXTS).map(({ text }) => text))
  assert.deepEqual(
    texts.filter((text) => !known.has(text)),
    [],
    'something was published that nobody sent',
  )
  for (const [first, second] of ORDERED) {
    const [before, after] = [texts.indexOf(TEXTS[first].text), texts.indexOf(TEXTS[second].text)]
    assert.ok(before < after, `${second} was published before ${first}`)
  }
  assert.equal(scene.network.waiting(Scene.NUMBER).length, 0, 'the network could not deliver something')
}

function demand(copy: Json, { from, parts }: Sms): void {
  const { from: gotFrom, parts: gotParts, missing_parts: missing, raw } = copy
  assert.deepEqual({ gotFrom, gotParts, missing, raw }, { gotFrom: from, gotParts: parts, missing: 0, raw: null })
}

export const RECEIVING: Story = {
  name: 'receiving',
  promise: 'every received message is published, whole, in order and under one id, through',
  prepare: meetModem,
  run: receive,
}
