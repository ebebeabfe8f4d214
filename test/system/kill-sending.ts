import assert from 'node:assert/strict'
import type { Json, Scene, Step } from './kill-house.ts'
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

/** In the order of their handing over: which message, and the part of it. */
const PARTS: readonly (readonly [Name, string])[] = [
  ['waiting', ORDERS.waiting.text],
  ['live', ORDERS.live.text.slice(0, 67)],
  ['live', ORDERS.live.text.slice(67)],
]

/** One message waits in the broker, one of two parts comes later; the network reports the delivery of each part at once. */
async function send(scene: Scene, killAt: string): Promise<void> {
  const give = (name: Name): Promise<void> =>
    scene.publish('sms/send', { ...ORDERS[name], delivery_report: name !== 'sentinel' })
  await scene.leaveSession()
  await give('waiting')
  scene.start(killAt)
  await scene.lives('the waiting one is delivered', () => statusOf(scene, 'waiting') === 'delivered')
  await give('live')
  await scene.lives('the live one is delivered', () => statusOf(scene, 'live') === 'delivered')
  await scene.end()
  if (answerTo(scene, 'live') === undefined) await give('live')
  scene.start()
  await scene.until('everything has come to its end', () => isSettled(scene, 'waiting') && isSettled(scene, 'live'))
  await give('sentinel')
  await scene.until('the sentinel is sent', () => statusOf(scene, 'sentinel') === 'sent')
  await scene.until('the stick is empty', () => scene.storedMessages === 0)
  judge(scene)
}

/** Where the network has all parts the report settles it, also after an `unknown`; otherwise nothing more will come. */
function isSettled(scene: Scene, name: Name): boolean {
  const hasAll = PARTS.filter(([of]) => of === name).every(([of, text]) => copiesOf(scene, of, text) > 0)
  return statusOf(scene, name) === (hasAll ? 'delivered' : 'unknown')
}

function judge(scene: Scene): void {
  const uncertain = handOverAt(scene.steps())
  for (const [index, [name, text]] of PARTS.entries()) {
    const copies = copiesOf(scene, name, text)
    const what = `"${text.slice(0, 12)}…" of ${name}`
    assert.ok(copies <= 1, `${what} was taken ${copies} times`)
    assert.ok(copies === 1 || index === uncertain, `${what} was never sent, though it was known that it was not`)
  }
  for (const name of ['waiting', 'live'] as const) {
    const parts = PARTS.filter(([of]) => of === name)
    assert.equal(scene.taken(ORDERS[name].to).length, sum(parts, scene), `the network took something else for ${name}`)
    assert.equal(idsOf(scene, name).size, 1, `${name} was told of under several ids`)
    const answer = answerTo(scene, name)
    if (answer !== undefined) assert.equal(answer['status'], 'ok', JSON.stringify(answer))
    if (uncertain !== undefined && PARTS[uncertain]?.[0] === name) continue
    const statuses = statusesOf(scene, name).map(({ status }) => status)
    assert.ok(!statuses.includes('unknown'), `${name}: unknown, though there was no doubt`)
  }
}

/**
 * The part (by its place in `PARTS`) whose fate the bridge could not know when it was killed: the hand-over was on disk, the
 * result was not.
 */
function handOverAt(steps: readonly Step[]): number | undefined {
  let begun = 0
  let state: 'none' | 'prompted' | 'handed over' | 'answered' = 'none'
  for (const [kind, what] of steps) {
    const isCommitted = kind === 'journal-after' && what === 'COMMIT'
    if (kind === 'modem-read' && what.includes('> ')) state = 'prompted'
    else if (kind === 'modem-read' && what.includes('+CMGS:')) state = 'answered'
    else if (isCommitted && state === 'prompted') {
      state = 'handed over'
      begun++
    } else if (isCommitted && state === 'answered') state = 'none'
  }
  return state === 'handed over' || state === 'answered' ? begun - 1 : undefined
}

function copiesOf(scene: Scene, name: Name, text: string): number {
  return scene.taken(ORDERS[name].to).filter(({ submit }) => submit.content.text === text).length
}

function sum(parts: typeof PARTS, scene: Scene): number {
  return parts.reduce((total, [of, text]) => total + copiesOf(scene, of, text), 0)
}

function statusesOf(scene: Scene, name: Name): Json[] {
  return scene.on('stick/sms/status').filter(({ to }) => to === ORDERS[name].to)
}

function statusOf(scene: Scene, name: Name): unknown {
  return statusesOf(scene, name).at(-1)?.['status']
}

function idsOf(scene: Scene, name: Name): Set<unknown> {
  return new Set(statusesOf(scene, name).map(({ id }) => id))
}

function answerTo(scene: Scene, name: Name): Json | undefined {
  return scene.on('stick/response/sms/send').find(({ transaction }) => transaction === ORDERS[name].transaction)
}

export const SENDING: Story = {
  name: 'sending',
  promise: 'every accepted message is sent once and settled, or told to be unknown where nobody can know, through',
  run: send,
}
