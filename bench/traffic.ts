import type { Contender } from './daemons.ts'
import { contenders } from './daemons.ts'
import type { Figures } from './figures.ts'
import { figuresOf, percentile, show, showFigures } from './figures.ts'
import { NUMBER, PEER, pause, stickSite, until, within } from './scene.ts'
import type { Row } from './table.ts'

const ARRIVALS = { ours: 40, others: 6 }
/** Between two messages, so that each finds a program that has nothing else to do. */
const REST_MS = 700
const LIMIT_MS = 30_000
const BURST = 50
const BURST_LIMIT_MS = 120_000

/** From +CMTI on the wire to the message at the other end, in milliseconds. */
export async function arrival(): Promise<readonly Row[]> {
  const times = await each(contenders(), async (start, isOurs) =>
    within(async (scene) => {
      const { network, tty } = await stickSite(scene)
      const serving = await start(scene, tty)
      const waits: number[] = []
      for (let count = -1; count < (isOurs ? ARRIVALS.ours : ARRIVALS.others); count += 1) {
        await pause(REST_MS)
        const text = `message ${count}`
        const began = performance.now()
        network.inject({ from: PEER, to: NUMBER, text })
        const isThere = await until(() => serving.received.has(text), LIMIT_MS)
        // The first may meet a daemon that is still starting.
        if (count >= 0) waits.push(isThere ? performance.now() - began : LIMIT_MS)
      }
      return waits.sort((a, b) => a - b)
    }),
  )
  return [
    rowOf(
      '+CMTI on the wire → message at the other end, median',
      times.map(([name, waits]) => [name, figuresOf(waits)]),
    ),
    rowOf(
      'the same, 95th percentile',
      times.map(([name, waits]) => [name, figuresOf([percentile(waits, 95)])]),
    ),
  ]
}

/** 50 messages at once until the stick has taken the last one, in milliseconds. */
export async function burst(): Promise<readonly Row[]> {
  const times = await each(contenders(), (start) =>
    within(async (scene) => {
      const { network, tty } = await stickSite(scene)
      const serving = await start(scene, tty)
      const texts = Array.from({ length: BURST }, (_, index) => `burst ${index}`)
      network.inject({ from: PEER, to: NUMBER, text: 'are you there' })
      await until(() => serving.received.has('are you there'), LIMIT_MS)
      const began = performance.now()
      await serving.send(texts)
      const isDone = await until(() => network.taken.length >= BURST, BURST_LIMIT_MS)
      return [isDone ? performance.now() - began : Number.NaN]
    }),
  )
  return [
    rowOf(
      `${BURST} messages at once until the stick has taken the last`,
      times.map(([name, all]) => [name, figuresOf(all)]),
    ),
  ]
}

type Measure = (start: NonNullable<Contender['start']>, isOurs: boolean) => Promise<number[]>

async function each(
  all: readonly Contender[],
  measure: Measure,
): Promise<readonly (readonly [name: string, values: readonly number[]])[]> {
  const results: (readonly [string, readonly number[]])[] = []
  for (const [index, { name, start }] of all.entries()) {
    if (start === undefined) {
      process.stderr.write(`  ${name} is not installed: left out\n`)
      continue
    }
    try {
      const values = await measure(start, index === 0)
      process.stderr.write(`  ${name}: ${values.map(show).join(' ')}\n`)
      results.push([name, values])
    } catch (error) {
      process.stderr.write(`  ${name}: ${String(error)}\n`)
    }
  }
  return results
}

function rowOf(what: string, [ours, ...others]: readonly (readonly [string, Figures])[]): Row {
  if (ours === undefined) throw new Error('nothing was measured')
  return {
    what,
    ours: showFigures(ours[1], 'ms'),
    others: others.map(([name, figures]) => ({
      name,
      figures: `${show(figures.median)} ms`,
      ratio: figures.median / ours[1].median,
    })),
  }
}
