import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

/** What `node --cpu-prof` writes, as far as it is needed. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const MOST = 12

// Prints where the time of a profile went: `tsx bench/top.ts FILE.cpuprofile`.
const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Profile
const names = new Map(
  nodes.map(({ id, callFrame: { functionName, url } }) => [id, `${functionName || '(nameless)'} ${basename(url)}`]),
)
const own = new Map<string, number>()
for (const [index, id] of samples.entries()) {
  const name = names.get(id) ?? ''
  own.set(name, (own.get(name) ?? 0) + (timeDeltas[index] ?? 0))
}
const all = [...own.values()].reduce((sum, time) => sum + time, 0)
for (const [name, time] of [...own].sort(([, a], [, b]) => b - a).slice(0, MOST)) {
  process.stdout.write(`| ${((100 * time) / all).toFixed(1)} % | ${name.trim()} |\n`)
}
