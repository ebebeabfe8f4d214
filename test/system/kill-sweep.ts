import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Kind, Scene, Step } from './kill-house.ts'
import { KillHouse } from './kill-house.ts'
import type { Road } from './kill-roads.ts'

export interface Story {
  readonly name: string
  /** Completes "through a kill …". */
  readonly promise: string
  /** Makes the journal that every run begins with; absent: none, so that its making is part of the story. */
  readonly prepare?: (house: KillHouse) => Promise<string>
  /** Lets it happen to a bridge that is killed at this step, starts it again, waits until all is quiet, and judges. */
  readonly run: (scene: Scene, killAt: string) => Promise<void>
}

/** Most of the time a bridge waits for its modem. */
const AT_ONCE = 10
/** After so many failures of one kind the rest would only take time. */
const ENOUGH_FAILURES = 4
/** What speaks of messages to the broker. */
const TELLS = /^[A-Z]+$|sms|response/

/** Declares one test per kind of step: the story, told once for every step at which it can be cut off. */
export function sweep(road: Road, { name, promise, prepare, run }: Story, kinds: readonly Kind[]): void {
  let house: KillHouse | undefined
  let journal: string | undefined
  let steps: Step[] = []
  let total = 0

  const tell = async (scene: Scene, killAt: string): Promise<Step[]> => {
    try {
      await run(scene, killAt)
      return scene.steps()
    } catch (error) {
      const [kind, what] = scene.steps().at(-1) ?? []
      throw new Error(`killed at ${killAt} (${kind} ${what?.slice(0, 100)}): ${(error as Error).message}`)
    } finally {
      await scene.close()
    }
  }

  before(async () => {
    house = await KillHouse.build(road)
    journal = await prepare?.(house)
    // Uncut, to learn which steps there are.
    steps = await tell(await house.scene(`${name}-uncut`, journal), '')
  })
  after(() => house?.close())

  for (const kind of kinds) {
    test(`${road.name}: ${promise} a kill at any ${kind} step`, async (t) => {
      assert.ok(house !== undefined)
      const points = pointsOf(steps, kind, road)
      const { reached, failures } = await tryAll(points, async ({ killAt, label, n }) => {
        assert.ok(house !== undefined)
        const scene = await house.scene(
          `${name}-${kind}-${points.findIndex((point) => point.killAt === killAt)}`,
          journal,
        )
        const taken = await tell(scene, killAt)
        const last = taken.at(-1)
        // What came together with a packet from the broker is still heeded, and so takes steps of its own.
        const isCut = kind === 'mqtt-read' || (last?.[0] === kind && last[2] === label)
        return isCut && countOf(taken, kind, label) === n
      })
      const all = steps.filter((step) => step[0] === kind).length
      total += reached
      t.diagnostic(
        `${name}, ${kind}: ${all} steps, ${points.length} tried, killed at ${reached}; ${total} kill points so far`,
      )
      assert.ok(failures.length === 0, failures.join('\n\n'))
      // How the steps of disk and wires fall together differs a little from run to run.
      assert.ok(points.length > 0 && reached >= points.length * 0.9, 'the kills did not come where they should')
    })
  }
}

/** A step to be killed at: the `n`th of its kind and label, from 1. */
interface Point {
  readonly killAt: string
  readonly label: string
  readonly n: number
}

function countOf(steps: readonly Step[], kind: Kind, label: string): number {
  return steps.filter((step) => step[0] === kind && step[2] === label).length
}

/**
 * Which of the steps of this kind to be killed at: of the journal every one, or every one that ends a transaction, save that the
 * instant after a statement is the instant before the next one where nothing lies between, and that some commit nothing.
 */
function pointsOf(steps: readonly Step[], kind: Kind, { matters, sample, splitsTransactions }: Road): Point[] {
  const points: Point[] = []
  let passed = 0
  let asked = ''
  let isWithin = false
  for (const [index, [is, what, label]] of steps.entries()) {
    if (is === 'modem-write-before') asked = what
    if (is !== kind) continue
    if (kind.startsWith('journal')) {
      // Before its COMMIT, nothing of a transaction is there.
      if (what.startsWith('BEGIN') || what === 'COMMIT') isWithin = what !== 'COMMIT'
      if (!splitsTransactions && (isWithin || label.startsWith('COMMIT of BEGIN'))) continue
    }
    if (kind === 'journal-after' && splitsTransactions && steps[index + 1]?.[0] === 'journal-before') continue
    // An answer matters when the question did.
    const subject = kind === 'modem-read' ? asked + what : what
    const isTelling = (kind.startsWith('mqtt') ? TELLS : matters).test(subject)
    if (!kind.startsWith('journal') && !isTelling && passed++ % sample !== 0) continue
    const n = countOf(steps.slice(0, index + 1), kind, label)
    points.push({ killAt: `${kind}:${n}:${label}`, label, n })
  }
  return points
}

async function tryAll(
  points: readonly Point[],
  isReached: (point: Point) => Promise<boolean>,
): Promise<{ reached: number; failures: string[] }> {
  const waiting = [...points]
  const failures: string[] = []
  let reached = 0
  const work = async (): Promise<void> => {
    for (let point = waiting.shift(); point && failures.length < ENOUGH_FAILURES; point = waiting.shift()) {
      try {
        if (await isReached(point)) reached++
      } catch (error) {
        failures.push((error as Error).message)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { reached, failures }
}
