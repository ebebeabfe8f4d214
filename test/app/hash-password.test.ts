import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../../src/app/command-line.ts'
import { printHash } from '../../src/app/hash-password.ts'
import { Withdrawn } from '../../src/app/init-prompts.ts'
import { loadConfig } from '../../src/config/load.ts'
import { isPasswordOf } from '../../src/mqtt/password-hash.ts'

async function run(typed: string | Error, args: readonly string[] = []) {
  const lines: string[] = []
  const read = async (): Promise<string> => {
    if (typed instanceof Error) throw typed
    return typed
  }
  const code = await printHash({ args, env: {} }, { read, print: (line) => lines.push(line) })
  return { code, lines }
}

test('prints a hash that the configuration takes, of the password without the end of its line', async () => {
  for (const typed of ['geheim', 'geheim\n', 'geheim\r\n']) {
    const { code, lines } = await run(typed)
    assert.equal(code, 0)
    const [hash = ''] = lines
    assert.ok(await isPasswordOf(hash, 'geheim'))
    const yaml = `modems: [{id: stick}]\nbroker: {users: [{username: ha, password_hash: "${hash}"}]}`
    const config = loadConfig({ args: [], env: {}, readFile: () => yaml, defaultFile: 'f' })
    assert.equal(config.broker.users[0]?.password_hash, hash)
  }
})

test('keeps blanks, which belong to the password', async () => {
  const { lines } = await run(' ge heim \n')
  assert.ok(await isPasswordOf(lines[0] ?? '', ' ge heim '))
})

test('takes no password from the command line, and no empty one', async () => {
  await assert.rejects(run('x', ['geheim']), UsageError)
  await assert.rejects(run('\n'), UsageError)
})

test('prints nothing when whoever was asked breaks off', async () => {
  assert.deepEqual(await run(new Withdrawn()), { code: 1, lines: [] })
})
