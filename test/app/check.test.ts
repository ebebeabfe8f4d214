import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkConfiguration } from '../../src/app/check.ts'

const modems = { ZTE2MQTT_MODEMS: '[{"id": "stick"}, {"id": "other", "port": "tcp://192.0.2.2:2000"}]' }

async function check(args: readonly string[], env: NodeJS.ProcessEnv, isTerminal: boolean) {
  const lines: string[] = []
  const exitCode = await checkConfiguration({ args, env }, { print: (line) => lines.push(line), isTerminal })
  return { exitCode, lines }
}

describe('check', () => {
  it('says in a sentence, or in an object, that all is in order', async () => {
    const what = 'The configuration is in order: stick, other.'
    assert.deepEqual(await check([], modems, true), { exitCode: 0, lines: [what] })
    const { exitCode, lines } = await check([], modems, false)
    assert.equal(exitCode, 0)
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      [{ check: 'configuration', level: 'ok', what, remedy: null }],
    )
  })

  it('prints an object for each fault and leaves with 2', async () => {
    const { exitCode, lines } = await check(['--mqtt.protocol=7', '--journal.keep=long'], modems, false)
    assert.equal(exitCode, 2)
    const told = lines.map((line) => JSON.parse(line))
    assert.deepEqual(
      told.map(({ level }) => level),
      ['problem', 'problem'],
    )
    assert.match(told.map(({ what }) => what).join('\n'), /^journal\.keep: /m)
    assert.match(told.map(({ what }) => what).join('\n'), /^mqtt\.protocol: /m)
  })

  it('throws the faults on a terminal, where they are printed together', async () => {
    await assert.rejects(check(['--mqtt.protocol=7'], modems, true), { name: 'ConfigError', message: /mqtt\.protocol/ })
  })
})
