import { parseArgs } from 'node:util'
import type { Target } from './fuzz-targets.ts'
import { TARGETS } from './fuzz-targets.ts'
import { Mutations } from './mutations.ts'

/** Longer than any input may take; what is here for less is a machine that did something else. */
const LIMIT_MS = 1_000
const MOST_RESIDENT_BYTES = 512 * 1024 * 1024
const REPORT_EVERY = 1_000_000

/** mulberry32. Each input has numbers of its own, so that one can be tried again alone. */
function randomNumbers(seed: number, index: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** @returns what is wrong with the program, `null`: nothing */
function tryInput(target: Target, seed: number, index: number): string | null {
  let tried: Buffer = Buffer.alloc(0)
  const began = performance.now()
  try {
    target.run(new Mutations(randomNumbers(seed, index)), (octets) => (tried = octets))
  } catch (error) {
    return `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n  input ${tried.toString('hex')}`
  }
  const tookMs = performance.now() - began
  return tookMs < LIMIT_MS ? null : `it took ${Math.round(tookMs)} ms\n  input ${tried.toString('hex')}`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function main(): number {
  // Most inputs end in a ModemError, and its stack is never looked at.
  Error.stackTraceLimit = 3
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      from: { type: 'string', default: '0' },
    },
  })
  const [inputs, seed, from] = [Number(values.inputs), Number(values.seed), Number(values.from)]
  const began = performance.now()
  const rate = (count: number): string => `${Math.round((count / (performance.now() - began)) * 1000)} a second`
  for (let count = 1; count <= inputs; count += 1) {
    const index = from + count - 1
    const target = TARGETS[index % TARGETS.length]
    const finding = target === undefined ? null : tryInput(target, seed, index)
    if (finding !== null) {
      say(`Finding in ${target?.name} (again with --seed ${seed} --from ${index} --inputs 1):\n  ${finding}`)
      return 1
    }
    if (count % REPORT_EVERY !== 0) continue
    const { rss } = process.memoryUsage()
    say(`${count} inputs, ${rate(count)}, ${Math.round(rss / 1024 / 1024)} MiB`)
    if (rss > MOST_RESIDENT_BYTES) {
      say(`Finding: it grows beyond ${MOST_RESIDENT_BYTES / 1024 / 1024} MiB.`)
      return 1
    }
  }
  say(
    `${inputs} inputs (${TARGETS.map(({ name }) => name).join(', ')}) with seed ${seed}: no finding, ${rate(inputs)}.`,
  )
  return 0
}

process.exitCode = main()
