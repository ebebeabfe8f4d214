import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Kind, Scene, Step } from './kill-house.ts'
import { KillHouse } from './kill-house.ts'

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
/**
 * What moves messages or speaks of them. The rest of what is said to the modem, and what is told of the bridge's own state, can
 * lose none; of that every fifth step is enough.
 */
const MATTERS = /\+CMG[LDS]=|\x1a|\+CMTI|\+CDSI|^[A-Z]+$|sms|response/
const SAMPLE = 5

/** Declares one test per kind of step: the story, told once for every step at which it can be cut off. */
export function sweep({ name, promise, prepare, run }: Story, kinds: readonly Kind[]): void {
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
    house = await KillHouse.build()
    journal = await prepare?.(house)
    // Uncut, to learn which steps there are.
    steps = await tell(await house.scene(`${name}-uncut`, journal), '')
  })
  after(() => house?.close())

  for (const kind of kinds) {
    test(`${promise} a kill at any ${kind} step`, async (t) => {
      assert.ok(house !== undefined)
      const points = pointsOf(steps, kind)
      const { reached, failures } = await tryAll(points, async (n) => {
        assert.ok(house !== undefined)
        const killAt = `${kind}:${n}`
        const taken = await tell(await house.scene(`${name}-${kind}-${n}`, journal), killAt)
        return taken.filter((step) => step[0] === kind).length === n
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

/**
 * Which of the steps of this kind to be killed at, counted from 1: of the journal every one, save that the instant after a
 * statement is the instant before the next one where nothing lies between.
 */
function pointsOf(steps: readonly Step[], kind: Kind): number[] {
  const points: number[] = []
  let count = 0
  let passed = 0
  let asked = ''
  for (const [index, [is, what]] of steps.entries()) {
    if (is === 'modem-write-before') asked = what
    if (is !== kind) continue
    count++
    if (kind === 'journal-after' && steps[index + 1]?.[0] === 'journal-before') continue
    // An answer matters when the question did.
    const subject = kind === 'modem-read' ? asked + what : what
    if (kind.startsWith('journal') || MATTERS.test(subject) || passed++ % SAMPLE === 0) points.push(count)
  }
  return points
}

async function tryAll(
  points: readonly number[],
  isReached: (n: number) => Promise<boolean>,
): Promise<{ reached: number; failures: string[] }> {
  const waiting = [...points]
  const failures: string[] = []
  let reached = 0
  const work = async (): Promise<void> => {
    for (let n = waiting.shift(); n !== undefined && failures.length < ENOUGH_FAILURES; n = waiting.shift()) {
      try {
        if (await isReached(n)) reached++
      } catch (error) {
        failures.push((error as Error).message)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { reached, failures }
}
