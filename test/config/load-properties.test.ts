import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { ConfigError, loadConfig } from '../../src/config/load.ts'
import { leavesOf } from '../../src/config/options.ts'
import { SCHEMA } from '../../src/config/schema.ts'
import { envName } from '../../src/config/sources.ts'

const RUNS = { seed: 20261122, numRuns: 400 } as const

const PATHS = leavesOf(SCHEMA).map(([path]) => path)

interface Given {
  readonly yaml?: string
  readonly args?: readonly string[]
  readonly env?: Record<string, string>
}

function loads({ yaml, args = [], env = {} }: Given): void {
  try {
    loadConfig({ args, env, readFile: () => yaml, defaultFile: 'zte2mqtt.yaml' })
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    assert.ok(error.faults.length > 0)
  }
}

const value = fc.oneof(
  fc.string(),
  fc.jsonValue({ maxDepth: 3 }).map((each) => JSON.stringify(each)),
  fc.constantFrom('5m', 'yes', '-1', '1e999', 'null', '*x', '&a [*a]', '!!js/function x'),
)

describe('a configuration that can be anything', () => {
  test('is loaded or is a ConfigError: text where YAML should be', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (yaml) => loads({ yaml })),
      RUNS,
    )
  })

  test('is loaded or is a ConfigError: any value for any option, in the file', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...PATHS), fc.jsonValue({ maxDepth: 3 })), { maxLength: 4 }),
        (options) => {
          const tree: Record<string, unknown> = {}
          for (const [path, given] of options) {
            const [group = '', ...rest] = path.split('.')
            const inner = rest.reduceRight<unknown>((below, step) => ({ [step]: below }), given)
            tree[group] = { ...(tree[group] as object), ...(inner as object) }
            if (rest.length === 0) tree[group] = given
          }
          loads({ yaml: JSON.stringify(tree) })
        },
      ),
      RUNS,
    )
  })

  test('is loaded or is a ConfigError: any text for any option, on the command line and in the environment', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PATHS), value, (path, text) => {
        loads({ args: [`--${path}=${text}`] })
        loads({ env: { [envName(path)]: text } })
      }),
      RUNS,
    )
  })

  test('is loaded or is a ConfigError: any arguments', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('--', '--=', '--config', '--__proto__=1')), { maxLength: 5 }),
        (args) => loads({ args }),
      ),
      RUNS,
    )
  })

  test('does not grow: aliases of aliases', () => {
    const levels = Array.from(
      { length: 20 },
      (_, index) => `l${index + 1}: &l${index + 1} [${Array(9).fill(`*l${index}`).join(', ')}]`,
    )
    loads({ yaml: `l0: &l0 [a, a]\n${levels.join('\n')}\n` })
  })

  test('ends: nested beyond measure', () => loads({ yaml: '['.repeat(20_000) }))
})
