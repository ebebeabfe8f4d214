import assert from 'node:assert/strict'
import type { Json, Scene } from './kill-house.ts'
import type { Road } from './kill-roads.ts'
import type { Story } from './kill-sweep.ts'

interface Order {
  readonly to: string
  readonly text: string
  readonly transaction: string
  readonly id?: string
}

/** Every recipient gets one message, so the network shows what became of each. */
const ORDERS = {
  /** Given to the broker while the bridge is away, once, and without an id. */
  waiting: { to: '+447700900201', text: 'waited in the broker', transaction: 'waiting' },
  /** Given to the bridge while it is there, and again after the kill when no answer came. */
  live: { to: '+447700900202', text: 'a long one, € — '.repeat(8), transaction: 'live', id: 'live-1' },
  /** What comes after it has to wait for everything before it. */
  sentinel: { to: '+447700900203', text: 'sentinel', transaction: 'sentinel', id: 'sentinel' },
} as const satisfies Readonly<Record<string, Order>>
type Name = keyof typeof ORDERS

/** One hand-over: of which message, and the texts that the network gets by it. */
interface HandOver {
  readonly name: Name
  readonly texts: readonly string[]
}

/** Each text with the message it is of. */
const PIECES: readonly (readonly [Name, string])[] = [
  ['waiting', ORDERS.waiting.text],
  ['live', ORDERS.live.text.slice(0, 67)],
  ['live', ORDERS.live.text.slice(67)],
]

/** In their order. */
function handOversOn({ joins }: Road): readonly HandOver[] {
  if (!joins) return PIECES.map(([name, text]) => ({ name, texts: [text] }))
  return (['waiting', 'live'] as const).map((name) => ({ name, texts: textsOf(name) }))
}

function textsOf(name: Name): readonly string[] {
  return PIECES.filter(([of]) => of === name).map(([, text]) => text)
}

/** One message waits in the broker, one of two parts comes later; a network that can reports the delivery of each part at once. */
async function send(scene: Scene, killAt: string): Promise<void> {
  const { reports } = scene.road
  const last = reports ? 'delivered' : 'sent'
  const give = (name: Name): Promise<void> =>
    scene.publish('sms/send', { ...ORDERS[name], delivery_report: reports && name !== 'sentinel' })
  await scene.leaveSession()
  await give('waiting')
  scene.start(killAt)
  await scene.lives(`the waiting one is ${last}`, () => statusOf(scene, 'waiting') === last)
  await give('live')
  await scene.lives(`the live one is ${last}`, () => statusOf(scene, 'live') === last)
  await scene.end()
  if (answerTo(scene, 'live') === undefined) await give('live')
  scene.start()
  await scene.until('everything has come to its end', () => isSettled(scene, 'waiting') && isSettled(scene, 'live'))
  await give('sentinel')
  await scene.until('the sentinel is sent', () => statusOf(scene, 'sentinel') === 'sent')
  await scene.until('the modem is empty', () => scene.storedMessages === 0)
  judge(scene)
}

/** Where the network reports and has all of it, that settles it, also after an `unknown`; otherwise nothing more will come. */
function isSettled(scene: Scene, name: Name): boolean {
  const status = statusOf(scene, name)
  if (!scene.road.reports) return status === 'sent' || status === 'unknown'
  const hasAll = textsOf(name).every((text) => copiesOf(scene, name, text) > 0)
  return status === (hasAll ? 'delivered' : 'unknown')
}

function judge(scene: Scene): void {
  const uncertain = uncertainOf(scene)
  for (const { name, texts } of handOversOn(scene.road)) {
    for (const text of texts) {
      const copies = copiesOf(scene, name, text)
      const what = `"${text.slice(0, 12)}…" of ${name}`
      assert.ok(copies <= 1, `${what} was taken ${copies} times`)
      const isDoubtful = uncertain?.name === name && uncertain.texts.includes(text)
      assert.ok(copies === 1 || isDoubtful, `${what} was never sent, though it was known that it was not`)
    }
  }
  for (const name of ['waiting', 'live'] as const) {
    const copies = textsOf(name).reduce((total, text) => total + copiesOf(scene, name, text), 0)
    assert.equal(scene.taken(ORDERS[name].to).length, copies, `the network took something else for ${name}`)
    assert.equal(idsOf(scene, name).size, 1, `${name} was told of under several ids`)
    const answer = answerTo(scene, name)
    if (answer !== undefined) assert.equal(answer['status'], 'ok', JSON.stringify(answer))
    const isTold = statusesOf(scene, name).some(({ status }) => status === 'unknown')
    if (uncertain?.name !== name) assert.ok(!isTold, `${name}: unknown, though there was no doubt`)
    else if (!scene.road.reports) assert.ok(isTold, `${name}: not unknown, though nobody can know`)
  }
}

/** Whose fate the bridge could not know when it was killed: the hand-over was on disk, the result was not. */
function uncertainOf(scene: Scene): HandOver | undefined {
  let begun = 0
  let isOpen = false
  let moves = false
  for (const [kind, what] of scene.steps()) {
    if (kind !== 'journal-after') continue
    if (what.startsWith('UPDATE part SET state')) moves = true
    if (what !== 'COMMIT' || !moves) continue
    // Nothing is refused here: a part goes from waiting to being handed over to handed over.
    moves = false
    isOpen = !isOpen
    if (isOpen) begun++
  }
  return isOpen ? handOversOn(scene.road)[begun - 1] : undefined
}

function copiesOf(scene: Scene, name: Name, text: string): number {
  return scene.taken(ORDERS[name].to).filter(({ submit }) => submit.content.text === text).length
}

function statusesOf(scene: Scene, name: Name): Json[] {
  return scene.on('modem/sms/status').filter(({ to }) => to === ORDERS[name].to)
}

function statusOf(scene: Scene, name: Name): unknown {
  return statusesOf(scene, name).at(-1)?.['status']
}

function idsOf(scene: Scene, name: Name): Set<unknown> {
  return new Set(statusesOf(scene, name).map(({ id }) => id))
}

function answerTo(scene: Scene, name: Name): Json | undefined {
  return scene.on('modem/response/sms/send').find(({ transaction }) => transaction === ORDERS[name].transaction)
}

export const SENDING: Story = {
  name: 'sending',
  promise: 'every accepted message is sent once and settled, or told to be unknown where nobody can know, through',
  run: send,
}
