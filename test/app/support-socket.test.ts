import assert from 'node:assert/strict'
import { existsSync, lstatSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { askBridge, openSupportSocket, supportSocketPath } from '../../src/app/support-socket.ts'
import { ended, run, temporaryFolder } from '../system/house.ts'

/** Opens a socket that tells this; what it complained of is in `problems`. */
async function open(t: TestContext, path: string, tell: () => unknown = () => ({ hello: 'world' })) {
  const problems: string[] = []
  const close = await openSupportSocket({ path, tell, onProblem: (problem) => problems.push(problem) })
  let isOpen = true
  const closeOnce = async () => {
    if (isOpen) await close()
    isOpen = false
  }
  t.after(closeOnce)
  return { problems, close: closeOnce }
}

const pathIn = (t: TestContext): string => supportSocketPath(join(temporaryFolder(t), 'journal.db'))

test('whoever asks is told, only the own user may ask, and nothing is left at the end', async (t) => {
  const path = pathIn(t)
  assert.deepEqual(await askBridge(path), { kind: 'nobody' })
  const umask = process.umask()
  const { problems, close } = await open(t, path)
  assert.equal(process.umask(), umask)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  const large = { text: 'x'.repeat(3_000_000) }
  assert.deepEqual(await askBridge(path), { kind: 'told', report: { hello: 'world' } })
  await close()
  assert.equal(existsSync(path), false)
  await open(t, path, () => large)
  assert.deepEqual(await askBridge(path), { kind: 'told', report: large })
  assert.deepEqual(problems, [])
})

test('a socket that a killed process left is replaced', async (t) => {
  const path = pathIn(t)
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  assert.equal(await ended(run(t, process.execPath, ['-e', script])), 'SIGKILL')
  assert.ok(lstatSync(path).isSocket())
  assert.deepEqual(await askBridge(path), { kind: 'nobody' })
  const { problems } = await open(t, path)
  assert.deepEqual(problems, [])
  assert.deepEqual(await askBridge(path), { kind: 'told', report: { hello: 'world' } })
})

test('a socket at which somebody listens, and a file that is none, are left alone', async (t) => {
  const path = pathIn(t)
  await open(t, path)
  const second = await open(t, path, () => 'the wrong one')
  assert.deepEqual(second.problems, [`There is nothing to ask for "zte2mqtt support": another program has ${path}.`])
  await second.close()
  assert.deepEqual(await askBridge(path), { kind: 'told', report: { hello: 'world' } })

  const file = pathIn(t)
  writeFileSync(file, 'mine')
  const third = await open(t, file)
  assert.equal(third.problems.length, 1)
  assert.equal(lstatSync(file).isFile(), true)
})

for (const [what, path, reason] of [
  ['whose path is too long', `/tmp/${'x'.repeat(103)}`, /its path is longer than 107 octets/],
  ['in a folder that is not there', '/nowhere/at/all/zte2mqtt.sock', /EACCES|ENOENT/],
] as const) {
  test(`a socket ${what} is complained of once, and that is all`, async (t) => {
    const { problems, close } = await open(t, path)
    assert.equal(problems.length, 1)
    assert.match(problems[0] ?? '', reason)
    await close()
  })
}

test('a fault while telling is complained of and ends nothing', async (t) => {
  const path = pathIn(t)
  let isBroken = true
  const { problems } = await open(t, path, () => {
    if (isBroken) throw new Error('broken')
    return 'well'
  })
  assert.equal((await askBridge(path)).kind, 'failed')
  assert.deepEqual(problems, ['"zte2mqtt support" could not be answered.'])
  isBroken = false
  assert.deepEqual(await askBridge(path), { kind: 'told', report: 'well' })
})

test('whoever does not take the answer does not keep the bridge from ending', async (t) => {
  const path = pathIn(t)
  const { close } = await open(t, path, () => 'x'.repeat(10_000_000))
  const idle = connect(path).pause()
  t.after(() => idle.destroy())
  await new Promise((resolve) => idle.once('connect', resolve))
  const before = performance.now()
  await close()
  assert.ok(performance.now() - before < 5000, 'not only when the time of the client is over')
  assert.equal(existsSync(path), false)
})

test('whoever listens there and says something else is reported', async (t) => {
  const path = pathIn(t)
  const server = createServer((socket) => socket.end('{"cut of'))
  await new Promise<void>((resolve) => server.listen(path, resolve))
  t.after(() => server.close())
  const answer = await askBridge(path)
  assert.equal(answer.kind, 'failed')
})
