import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { tryRouter } from '../../src/app/try-router.ts'
import { loadConfig } from '../../src/config/load.ts'
import { Journal } from '../../src/journal/journal.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import type { RouterProfile } from '../../src/simulator/goform-firmware.ts'
import { MC888, MF79U, MF823 } from '../../src/simulator/goform-profiles.ts'
import { GoformRouter } from '../../src/simulator/goform-router.ts'

const TAKEN = 'session_taken/mifi'

/** Every finding on a line: level, what, and behind a bar what to do. */
async function visit(
  url: string,
  options: {
    readonly password?: string
    readonly tls?: object
    readonly isBridgeOnline?: boolean
    readonly journal?: string
  },
): Promise<string> {
  const { password = 'admin', tls = {}, isBridgeOnline = false, journal = '/nowhere/journal.db' } = options
  const modems = [{ id: 'mifi', transport: 'http', url, password, tls }]
  const args = [`--modems=${JSON.stringify(modems)}`, `--journal.path=${journal}`]
  const config = loadConfig({ args, env: {}, readFile: () => undefined, defaultFile: 'none.yaml' })
  const findings = await tryRouter(config, 'mifi', isBridgeOnline, new AbortController().signal)
  return findings.map(({ level, what, remedy }) => `${level} ${what} | ${remedy ?? ''}`).join('\n')
}

/** A simulated router, its address, and the way to a journal that exists. */
async function setUp(t: TestContext, profile: Partial<RouterProfile> = {}, like = MF79U) {
  const network = new CellularNetwork({ now: () => new Date(), name: 'SimNet', plmn: '21901' })
  const router = new GoformRouter({ network, number: '+447700900001', profile: { ...like, ...profile } })
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'))
  const journal = join(folder, 'journal.db')
  new Journal(journal, Date.now, () => undefined).close()
  t.after(() => {
    router.close()
    network.close()
    rmSync(folder, { recursive: true })
  })
  const url = `http://127.0.0.1:${await router.listen()}`
  const written = (): readonly string[] => router.requests.flatMap(({ fields }) => fields.get('goformId') ?? [])
  const logins = (): number => written().filter((id) => id.startsWith('LOGIN')).length
  const noted = (name: string, value: string): void => {
    const notes = new Journal(journal, Date.now, () => undefined)
    notes.setNote(name, value)
    notes.close()
  }
  return { router, url, journal, written, logins, noted }
}

/** As if a day had passed since the last refusal. */
function forgetTime(path: string): void {
  const journal = new Journal(path, Date.now, () => undefined)
  const words = (journal.note('password_refused/mifi') ?? '').split(' ')
  journal.setNote('password_refused/mifi', words.with(2, '1').join(' '))
  journal.close()
}

describe('a router that is in order', () => {
  for (const like of [MF79U, MC888, MF823]) {
    test(`such as an ${like.model} is logged in to, told how it is, and logged out of`, async (t) => {
      const { url, written, journal } = await setUp(t, {}, like)
      const told = await visit(url, { journal })
      assert.match(told, /^ok "mifi" answers at http:\/\/127\.0\.0\.1:\d+ and lets us in: .*\n/)
      assert.ok(told.includes(like.model))
      assert.match(told, /registered with a network \("mifi", signal -\d+ dBm\)/)
      assert.equal(written().includes('LOGOUT'), like.login !== 'none')
    })
  }

  test('is not logged in to while the bridge runs', async (t) => {
    const { url, written, journal } = await setUp(t)
    const told = await visit(url, { journal, isBridgeOnline: true })
    assert.match(told, /^ok "mifi" answers at .*because the bridge runs/)
    assert.match(told, /registered with a network/)
    assert.deepEqual(written(), [])
  })

  test('asks for the PIN of its SIM, which is not entered', async (t) => {
    const { router, url, written, journal } = await setUp(t)
    router.needPin('1234')
    assert.match(await visit(url, { journal }), /problem The SIM asks for its PIN \("mifi"\)/)
    assert.equal(written().includes('ENTER_PIN'), false)
  })
})

describe('a router that does not let us in', () => {
  test('because of a wrong password costs one attempt, and none while the journal holds it', async (t) => {
    for (const [like, wrong] of [
      [MF79U, 4],
      [MC888, 4],
    ] as const) {
      const { router, url, logins, journal } = await setUp(t, {}, like)
      const told = await visit(url, { journal, password: 'wrong' })
      assert.match(
        told,
        /problem "mifi" does not let us in\. The router says that the password is wrong\. \| Attempts left/,
      )
      assert.match(told, /Correct "password"/)
      for (let turn = 1; turn <= 3; turn += 1) {
        assert.match(await visit(url, { journal, password: 'wrong' }), /has refused the configured password .*1 of 2/)
      }
      assert.deepEqual([logins(), router.login.attemptsLeft], [1, wrong])
      assert.match(await visit(url, { journal }), /lets us in/)
    }
  })

  test('in the first of two ways to send the password leaves the second to the bridge, or to the next visit', async (t) => {
    const { url, journal } = await setUp(t, { login: 'sha256-base64', model: 'XY1', firmware: 'XY1' })
    assert.match(await visit(url, { journal }), /password is wrong/)
    forgetTime(journal)
    assert.match(await visit(url, { journal }), /lets us in/)
  })

  test('because it is locked is not tried', async (t) => {
    const { router, url, logins, journal } = await setUp(t)
    router.lockOut()
    assert.match(await visit(url, { journal }), /problem "mifi" is locked .* for another \d+ seconds\. \| Wait/)
    assert.equal(logins(), 0)
  })

  test('because somebody nearly used up the attempts is not tried, journal or not', async (t) => {
    const { router, url, logins } = await setUp(t)
    for (let turn = 1; turn <= 5; turn += 1) await visit(url, { password: 'wrong' })
    assert.deepEqual([logins(), router.login.attemptsLeft], [3, 2])
  })

  test('because a person has its session is left to that person', async (t) => {
    const { router, url, logins, journal, noted } = await setUp(t)
    router.personLogsIn()
    noted(TAKEN, `${Date.now() + 200_000} 300000`)
    const told = await visit(url, { journal })
    assert.match(told, /warning Somebody has logged in to the web page of "mifi".* \| Log out there .* by itself at 2/)
    assert.equal(logins(), 0)
    noted(TAKEN, `${Date.now() - 1} 300000`)
    assert.match(await visit(url, { journal }), /lets us in/)
  })

  test('because the journal cannot be read is not tried', async (t) => {
    const { router, url, journal } = await setUp(t)
    assert.match(await visit(url, { journal: join(journal, '..') }), /warning "mifi" was not tried\. The journal/)
    assert.equal(router.requests.length, 0)
  })
})

describe('an address where no such router is', () => {
  test('is told from one where nothing is', async (t) => {
    const { router, url } = await setUp(t)
    router.unplug()
    assert.match(await visit(url, {}), /problem "mifi" cannot be used\. Nothing answers at .* \| Switch it on/)
  })

  test('is told by a page, by 404, and by a door that closes', async (t) => {
    for (const [status, body, expected] of [
      [200, '<html>NAS</html>', /not as a modem does\. \| Correct "url"/],
      [401, 'Who are you?', /not as a modem does\. \| Correct "url"/],
      [404, 'Not Found', /not the goform API of ZTE modems\. \| Correct "url".* newest routers/],
    ] as const) {
      const server = createServer((_, response) => {
        response.writeHead(status)
        response.end(body)
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      t.after(() => server.close())
      const { port } = server.address() as AddressInfo
      assert.match(await visit(`http://127.0.0.1:${port}`, {}), expected)
    }
    const door = createTcpServer((socket) => socket.destroy())
    door.listen(0, '127.0.0.1')
    await once(door, 'listening')
    t.after(() => door.close())
    const { port } = door.address() as AddressInfo
    assert.match(await visit(`http://127.0.0.1:${port}`, {}), /ended the connection .* \| Check port and scheme/)
  })

  test('is told by its TLS', async (t) => {
    const { router } = await setUp(t)
    const url = `https://127.0.0.1:${await router.listenSecurely()}`
    assert.match(await visit(url, {}), /lets us in/)
    const strict = await visit(url, { tls: { reject_unauthorized: true } })
    assert.match(strict, /certificate of the router cannot be verified\. \| Set tls\.reject_unauthorized to false/)
    const plain = `https://127.0.0.1:${await router.listen()}`
    assert.match(await visit(plain, {}), /No encrypted connection .* comes about\. \| Set tls\.legacy/)
    const insisting = await setUp(t, { wantsHttps: true })
    assert.match(await visit(insisting.url, {}), /talks over https only\. \| Write https:/)
  })
})

test('a journal that does not exist is not made', async (t) => {
  const { url } = await setUp(t)
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const journal = join(folder, 'journal.db')
  await visit(url, { journal })
  assert.throws(() => writeFileSync(journal, '', { flag: 'r+' }), { code: 'ENOENT' })
})
