/**
 * The simulated stick in the hands of programs that have never heard of this project: what they understand of it, and
 * what it understands of them, is what makes it a modem. They are required here; a machine without them fails.
 */
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, watch, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import type { StickProfile } from '../../src/simulator/profiles.ts'
import { MF190, MF667 } from '../../src/simulator/profiles.ts'

const OWN_NUMBER = '+447700900001'
const FRIEND = '+447700900123'
const DEADLINE_MS = 60_000

interface Bench {
  readonly network: CellularNetwork
  readonly stick: AtStick
  readonly folder: string
  /** A tty that socat keeps in front of the stick's TCP port. */
  readonly tty: string
}

/** A stick behind a tty in a folder of its own; everything goes when the test ends. */
async function setUp(t: TestContext, profile: StickProfile): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'zte2mqtt-peers-'))
  const network = new CellularNetwork({
    zoneMinutes: 120,
    now: () => new Date('2024-03-15T12:07:09Z'),
    ussd: { '*100#': { text: 'Balance: 12,50 €' } },
  })
  const stick = new AtStick({ network, number: OWN_NUMBER, profile })
  const port = await stick.listen()
  const tty = join(folder, 'tty')
  const socat = spawn('socat', ['-d', '-d', `pty,raw,echo=0,link=${tty}`, `tcp:127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  t.after(async () => {
    await end(socat)
    stick.close()
    await rm(folder, { recursive: true, force: true })
  })
  await says(socat, /starting data transfer loop/)
  return { network, stick, folder, tty }
}

/** Resolves when the program has said this; rejects when it cannot be started or ends before. */
function says(child: ChildProcess, pattern: RegExp): Promise<void> {
  let text = ''
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`ended after: ${text}`)))
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk
      if (pattern.test(text)) resolve()
    })
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/** Runs gammu on the tty. @returns what it printed */
async function gammu({ folder, tty }: Bench, ...args: string[]): Promise<string> {
  const config = join(folder, 'gammurc')
  await writeFile(config, `[gammu]\ndevice=${tty}\nconnection=at\n`)
  const child = spawn('gammu', ['-c', config, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    signal: AbortSignal.timeout(DEADLINE_MS),
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [code] = await once(child, 'close')
  const output = Buffer.concat(chunks).toString()
  assert.equal(code, 0, output)
  return output
}

/** Waits until a look, repeated at every change in the folder, finds something. */
async function until<T>(folder: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = new AbortController()
  const signal = AbortSignal.any([end.signal, AbortSignal.timeout(DEADLINE_MS)])
  const changes = watch(folder, { signal })[Symbol.asyncIterator]()
  try {
    for (;;) {
      // The watch begins with the first request for a change, so it is asked before looking.
      const change = changes.next()
      change.catch(() => undefined)
      const found = await look()
      if (found !== undefined) return found
      await change
    }
  } finally {
    // A generator that waits for a change does not heed `return` before one comes.
    end.abort()
  }
}

/** Waits until some file of the folder holds text that fits. */
function fileIn(folder: string, pattern: RegExp): Promise<string> {
  return until(folder, async () => {
    const texts = await Promise.all((await readdir(folder)).map((name) => textOf(join(folder, name))))
    return texts.find((text) => pattern.test(text))
  })
}

/** Empty for a file that is gone again: smsd keeps lock files beside its messages. */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

describe('gammu', { concurrency: true }, () => {
  test('identifies the stick', async (t) => {
    const bench = await setUp(t, MF190)
    const output = await gammu(bench, 'identify')
    assert.match(output, /Model +: MF190/)
    assert.match(output, /Firmware +: BD_3GHAP673A4V1\.0\.0B02/)
    assert.match(output, /IMEI +: 863071010123456/)
    assert.match(output, /SIM IMSI +: 244910123456789/)
  })

  test('sees the network and its service centre', async (t) => {
    const bench = await setUp(t, MF190)
    const state = await gammu(bench, 'networkinfo')
    assert.match(state, /Network state +: home network/)
    assert.match(state, /LAC 1F3C, CID 02A4B1C7/)
    assert.match(state, /Name in phone +: "Testnet"/)
    assert.match(await gammu(bench, 'getsmsc'), /Number +: "\+447700900999"/)
  })

  test('reads everything that lies in the stick, as it was sent', async (t) => {
    const bench = await setUp(t, MF190)
    bench.network.inject({ to: OWN_NUMBER, from: FRIEND, text: 'Price [5 €] {net}' })
    bench.network.inject({ to: OWN_NUMBER, from: 'Mobilis', text: 'Привет 😀' })
    bench.network.inject({ to: OWN_NUMBER, from: FRIEND, text: 'a'.repeat(161) })
    const output = await gammu(bench, 'getallsms')
    assert.match(output, /4 SMS parts in 4 SMS sequences/)
    assert.match(output, /Remote number +: "\+447700900123"\nStatus +: UnRead\n\nPrice \[5 €\] \{net\}\n/)
    assert.match(output, /Remote number +: "Mobilis"\nStatus +: UnRead\n\nПривет 😀\n/)
    assert.match(output, /Concatenated \(linked\) message, ID \(8 bit\) 3, part 2 of 2\n\na{8}\n/)
    assert.match(output, /Sent +: Fri Mar 15 14:07:09 2024 \+0200/)
    assert.match(output, /SMSC number +: "\+447700900999"/)
  })

  test('sends a text, and the network reads it', async (t) => {
    const bench = await setUp(t, MF190)
    const output = await gammu(bench, 'sendsms', 'TEXT', FRIEND, '-text', 'Grüße {[€]}', '-report')
    assert.match(output, /OK, message reference=1/)
    const [taken, ...more] = bench.network.taken
    assert.equal(more.length, 0)
    assert.equal(taken?.from, OWN_NUMBER)
    assert.equal(taken.submit.to.number, FRIEND)
    assert.equal(taken.submit.content.text, 'Grüße {[€]}')
    assert.equal(taken.submit.wantsReport, true)
    const [report] = bench.network.given
    assert.equal(report?.kind, 'report')
  })

  test('sends 161 characters as two parts', async (t) => {
    const bench = await setUp(t, MF190)
    await gammu(bench, 'sendsms', 'TEXT', FRIEND, '-len', '400', '-text', 'x'.repeat(161))
    const texts = bench.network.taken.map(({ submit }) => submit.content.text)
    assert.deepEqual(texts, ['x'.repeat(153), 'x'.repeat(8)])
    const headers = bench.network.taken.map(({ submit }) => submit.content.elements[0]?.data.slice(1))
    assert.deepEqual(headers, [
      [2, 1],
      [2, 2],
    ])
  })

  test('understands a USSD answer', async (t) => {
    const bench = await setUp(t, MF667)
    assert.match(await gammu(bench, 'getussd', '*100#'), /Service reply +: "Balance: 12,50 €"/)
  })
})

/** smsd in the foreground with queues in the bench's folder. */
async function startSmsd(t: TestContext, { folder, tty }: Bench): Promise<void> {
  const queues = ['incoming', 'outgoing', 'checked', 'failed', 'sent']
  for (const name of [...queues, 'log']) await mkdir(join(folder, name))
  const files = ['infofile', 'pidfile'].map((name) => `${name} = ${join(folder, name)}`)
  const places = [...queues.map((name) => `${name} = ${join(folder, name)}`), ...files, `logfile = ${folder}/log/smsd`]
  const modem = ['[GSM1]', `device = ${tty}`, 'incoming = yes', 'init = AT+CPMS="SM","SM","SM"']
  const general = [
    'devices = GSM1',
    'loglevel = 7',
    'delaytime = 1',
    'receive_before_send = yes',
    'decode_unicode_text = yes',
  ]
  const config = join(folder, 'smsd.conf')
  await writeFile(config, [...general, 'incoming_utf8 = yes', ...places, '', ...modem, ''].join('\n'))
  const smsd = spawn('smsd', ['-t', `-c${config}`], { stdio: 'ignore' })
  t.after(() => end(smsd))
  await once(smsd, 'spawn')
}

describe('smstools', { concurrency: true }, () => {
  test('receives a message into its folder and clears it from the stick', async (t) => {
    const bench = await setUp(t, MF190)
    bench.network.inject({ to: OWN_NUMBER, from: FRIEND, text: 'Hello from zte2mqtt' })
    await startSmsd(t, bench)
    const file = await fileIn(join(bench.folder, 'incoming'), /zte2mqtt\n?$/)
    assert.match(file, /^From: 447700900123\n/)
    assert.match(file, /^From_SMSC: 447700900999\n/m)
    assert.match(file, /^Sent: 24-03-15 14:07:09\n/m)
    assert.match(file, /^IMEI: 863071010123456\n/m)
    assert.match(file, /\n\nHello from zte2mqtt\n?$/)
    const isCleared = async () => bench.stick.mailbox.store('SM').used === 0 || undefined
    await until(join(bench.folder, 'log'), isCleared)
  })

  test('sends what lies in its outgoing folder', async (t) => {
    const bench = await setUp(t, MF190)
    await startSmsd(t, bench)
    await writeFile(join(bench.folder, 'outgoing', 'one'), 'To: 447700900123\n\nHello from smsd\n')
    await fileIn(join(bench.folder, 'sent'), /Hello from smsd/)
    const taken = bench.network.taken.map(({ submit }) => [submit.to.number, submit.content.text?.trimEnd()])
    assert.deepEqual(taken, [[FRIEND, 'Hello from smsd']])
  })
})
