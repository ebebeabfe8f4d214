import { show } from './figures.ts'

/** One line of the table. */
export interface Row {
  readonly what: string
  readonly ours: string
  /** `ratio`: how many times better ours is. */
  readonly others: readonly { readonly name: string; readonly figures: string; readonly ratio: number }[]
}

/** The rows as a table in Markdown. */
export function formatTable(rows: readonly Row[]): string {
  const lines = rows.map(({ what, ours, others }) => {
    const beside = others.map(({ name, figures, ratio }) => `${name}: ${figures}, **${show(ratio)}×**`)
    return `| ${what} | ${ours} | ${beside.join('<br>') || ''} |`
  })
  return [
    '| what | zte2mqtt: median (least – most) | others, and how many times better ours is |',
    '|---|---|---|',
    ...lines,
  ].join('\n')
}
