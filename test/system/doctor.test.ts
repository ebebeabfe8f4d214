import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MF79U } from '../../src/simulator/goform-profiles.ts'
import { GoformRouter } from '../../src/simulator/goform-router.ts'
import { MF190 } from '../../src/simulator/profiles.ts'
import { freePort, listening, run, temporaryFolder } from './house.ts'

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname
const MOSQUITTO = existsSync('/usr/sbin/mosquitto') ? '/usr/sbin/mosquitto' : 'mosquitto'

/** mosquitto that lets in nobody but `ha` with the password `right`. */
async function lockedMosquitto(t: TestContext): Promise<number> {
  const folder = temporaryFolder(t)
  const port = await freePort()
  const passwords = join(folder, 'passwords')
  execFileSync('mosquitto_passwd', ['-b', '-c', passwords, 'ha', 'right'])
  const file = join(folder, 'mosquitto.conf')
  writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous false\npassword_file ${passwords}\nuser root\n`)
  run(t, MOSQUITTO, ['-c', file])
  await listening(port)
  return port
}

/** Runs a verb into a pipe, in an empty folder. @returns exit code and the objects it printed */
async function told(t: TestContext, ...args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN, ...args], {
    cwd: temporaryFolder(t),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  const [exitCode] = await once(child, 'close', { signal: AbortSignal.timeout(60_000) })
  const findings = output
    .split('\n')
    .filter((line) => line !== '')
    .map((line): { check: string; level: string; what: string; remedy: string | null } => JSON.parse(line))
  return { exitCode, findings }
}

const STICK = '--modems=[{id: stick, port: /dev/tty-that-is-not-there}]'

test('the doctor says what mosquitto has against us, and exits with 1', async (t) => {
  const port = await lockedMosquitto(t)
  const options = [STICK, `--mqtt.url=mqtt://127.0.0.1:${port}`, '--mqtt.username=ha']
  const brokerSays = async (password: string) => {
    const { exitCode, findings } = await told(t, 'doctor', ...options, `--mqtt.password=${password}`)
    // The stick is missing in any case.
    assert.equal(exitCode, 1)
    assert.match(findings.find(({ check }) => check === 'configured_ports')?.what ?? '', /does not exist/)
    return findings.filter(({ check }) => check === 'broker').map(({ level, what, remedy }) => [level, what, remedy])
  }
  assert.deepEqual(await brokerSays('wrong'), [
    [
      'problem',
      `The MQTT broker 127.0.0.1:${port} refuses this client.`,
      'Check mqtt.username and mqtt.password, and what the broker allows this user and client id.',
    ],
  ])
  assert.deepEqual(await brokerSays('right'), [['ok', `The MQTT broker 127.0.0.1:${port} lets us in.`, null]])
})

test('the doctor exits with 0 where nothing is wrong', async (t) => {
  const port = await lockedMosquitto(t)
  const network = new CellularNetwork({ now: () => new Date() })
  const stick = new AtStick({ network, number: '+447700900001', profile: MF190 })
  t.after(() => {
    stick.close()
    network.close()
  })
  const address = `tcp://127.0.0.1:${await stick.listen()}`
  const options = [`--mqtt.url=mqtt://127.0.0.1:${port}`, '--mqtt.username=ha', '--mqtt.password=right']
  const { exitCode, findings } = await told(t, 'doctor', `--modems=[{id: stick, port: "${address}"}]`, ...options)
  assert.deepEqual(
    findings.map(({ level, what }) => [level, what.replace(/signal -?\d+ dBm/, 'signal')]),
    [
      ['ok', 'The configuration is in order: stick.'],
      ['ok', `"stick" answers AT at ${address}: MF190.`],
      ['ok', 'It is registered with a network ("stick", signal).'],
      ['ok', 'The journal data/zte2mqtt.db can be written.'],
      ['ok', `The MQTT broker 127.0.0.1:${port} lets us in.`],
    ],
  )
  assert.equal(exitCode, 0)
})

test('the doctor visits a router, and spends one attempt on a wrong password', async (t) => {
  const port = await lockedMosquitto(t)
  const network = new CellularNetwork({ now: () => new Date() })
  const router = new GoformRouter({ network, number: '+447700900001', profile: MF79U })
  t.after(() => {
    router.close()
    network.close()
  })
  const url = `http://127.0.0.1:${await router.listen()}`
  const routers = async (password: string): Promise<{ exitCode: number | null; levels: readonly string[] }> => {
    const modem = `--modems=[{id: mifi, transport: http, url: "${url}", password: ${password}}]`
    const broker = [`--mqtt.url=mqtt://127.0.0.1:${port}`, '--mqtt.username=ha', '--mqtt.password=right']
    const { exitCode, findings } = await told(t, 'doctor', modem, ...broker)
    const own = findings.filter(({ check }) => check === 'routers')
    return { exitCode, levels: own.map(({ level }) => level) }
  }
  assert.deepEqual(await routers('admin'), { exitCode: 0, levels: ['ok', 'ok'] })
  assert.deepEqual(await routers('wrong'), { exitCode: 1, levels: ['ok', 'problem'] })
  assert.equal(router.login.attemptsLeft, 4)
})

test('the doctor goes on without a configuration, and check exits with 2', async (t) => {
  const doctor = await told(t, 'doctor')
  assert.equal(doctor.exitCode, 1)
  assert.deepEqual([doctor.findings[0]?.check, doctor.findings[0]?.level], ['configuration', 'problem'])
  const check = await told(t, 'check')
  assert.deepEqual([check.exitCode, check.findings[0]?.level], [2, 'problem'])
})
