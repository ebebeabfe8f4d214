import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { codec } from './codec.ts'
import { drain, many, start } from './process.ts'
import { router } from './router.ts'
import type { Row } from './table.ts'
import { formatTable } from './table.ts'
import { arrival, burst } from './traffic.ts'

const SCENARIOS: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  codec,
  arrival,
  burst,
  drain,
  start,
  router,
  many,
}

const { values, positionals } = parseArgs({ options: { out: { type: 'string' } }, allowPositionals: true })
const chosen = positionals.length === 0 ? Object.keys(SCENARIOS) : positionals
const rows: Row[] = []
for (const name of chosen) {
  const scenario = SCENARIOS[name]
  if (scenario === undefined) throw new Error(`There is no ${name}: ${Object.keys(SCENARIOS).join(', ')}`)
  process.stderr.write(`${name} …\n`)
  rows.push(...(await scenario()))
}
const table = formatTable(rows)
process.stdout.write(`${table}\n`)
if (values.out !== undefined) writeFileSync(values.out, `${table}\n`)
