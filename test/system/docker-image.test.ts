import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { after, before, describe, test } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MF190 } from '../../src/simulator/profiles.ts'
import { Container, serviceOf, whyNoContainers } from './container.ts'
import { ended, freePort, Observer, startMosquitto, startPty, temporaryFolder } from './house.ts'
import type { Image } from './image.ts'
import { folderFor, sizeOf, Workshop } from './image.ts'

const NUMBER = '+447700900001'
const PEER = '+447700900123'
const SERVICE = serviceOf('compose.mosquitto.yaml')
const MEGABYTE = 1_000_000
/** `debian:bookworm-slim`, which `node:24-bookworm-slim` is made on, unpacked. */
const SLIM_DEBIAN = 80 * MEGABYTE

const missing = ['buildah', 'mmdebstrap', 'runc'].filter(
  (program) => !['/usr/bin', '/usr/sbin'].some((folder) => existsSync(join(folder, program))),
)
const whyNot =
  process.getuid?.() !== 0
    ? 'only root can build images here'
    : missing.length > 0
      ? `${missing.join(', ')} not installed`
      : false

describe('the image', { skip: whyNot }, () => {
  const workshop = new Workshop()
  const noContainers = whyNot === false ? whyNoContainers() : null
  const isolated = noContainers === null ? {} : { skip: noContainers }
  let baseBytes = 0
  let image: Image

  before(() => {
    baseBytes = workshop.makeBase()
    image = workshop.build(null, '--build-arg', 'VERSION=1.2.3', '--build-arg', 'SOURCE=https://example.org/zte2mqtt')
  })
  after(() => workshop.clear())

  const inside = (...path: readonly string[]): string => join(image.root, ...path)

  /** Programs of the image without a container: also where none can be run. */
  const chrooted = (...args: readonly string[]): string =>
    execFileSync(
      '/usr/sbin/chroot',
      ['--userspec=1000:20', '--groups=20', image.root, '/usr/local/bin/node', ...args],
      {
        encoding: 'utf8',
        env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
      },
    )

  /** The bridge in a container, on a stick behind a real tty, with mosquitto. */
  async function running(t: TestContext) {
    const network = new CellularNetwork()
    const stick = new AtStick({ network, number: NUMBER, profile: MF190 })
    t.after(() => stick.close())
    const tty = realpathSync(await startPty(t, await stick.listen()))
    chmodSync(tty, 0o666)
    const [brokerPort, healthPort] = [await startMosquitto(t), await freePort()]
    const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#'])
    const data = folderFor(join(temporaryFolder(t), 'data'), image.config.User)
    const env = {
      ZTE2MQTT_MQTT_URL: `mqtt://127.0.0.1:${brokerPort}`,
      ZTE2MQTT_MODEMS: JSON.stringify([{ id: 'stick', port: tty }]),
      ZTE2MQTT_HEALTH_PORT: String(healthPort),
    }
    const container = new Container(t, image, SERVICE, { env, data })
    await observer.until('the stick is ready', () =>
      (observer.on('stick/state') as { phase?: string }[]).some(({ phase }) => phase === 'ready'),
    )
    return { network, observer, container, data }
  }

  test('takes less than 300 MB unpacked', (t) => {
    const bytes = sizeOf(image.root) - baseBytes + SLIM_DEBIAN
    t.diagnostic(
      `${Math.round(bytes / MEGABYTE)} MB, of which ${Math.round(sizeOf(inside('app')) / MEGABYTE)} MB are the bridge`,
    )
    assert.ok(bytes < 300 * MEGABYTE)
  })

  test('holds no npm, no compiler, no headers, no development package and none of the sources', () => {
    const gone = [
      'usr/local/bin/npm',
      'usr/local/bin/npx',
      'usr/local/lib/node_modules',
      'usr/local/include',
      'build',
      'mnt/npm/_cacache',
      ...['typescript', 'tsx', '@biomejs', 'knip'].map((name) => `app/node_modules/${name}`),
      'app/src',
      'app/test',
      'app/.git',
    ]
    assert.deepEqual(
      gone.filter((path) => existsSync(inside(path))),
      [],
    )
    const programs = ['usr/bin', 'usr/local/bin'].flatMap((folder) => readdirSync(inside(folder)))
    assert.deepEqual(
      programs.filter((name) => /^(gcc|g\+\+|cc|make|python\d?|tsc)$/.test(name)),
      [],
    )
    assert.deepEqual(readdirSync(inside('app')).sort(), [
      'LICENSE',
      'config',
      'data',
      'dist',
      'node_modules',
      'package.json',
    ])
  })

  test('holds native modules for this system only, ready to load', () => {
    const native = execFileSync('find', [inside('app'), '-name', '*.node'], { encoding: 'utf8' })
      .trim()
      .split('\n')
    assert.deepEqual(
      native.filter((path) => !path.includes(`linux-${process.arch}`) || /@libsql.*musl/.test(path)),
      [],
    )
    const load = "for (const name of ['@serialport/bindings-cpp', 'libsql', 'classic-level']) require(name)"
    chrooted(
      '-e',
      `process.chdir('/app'); const { createRequire } = require('module'); (({ require }) => { ${load} })({ require: createRequire('/app/dist/main.js') })`,
    )
  })

  test('says what it is, and runs as nobody in particular in the group of serial ports', () => {
    const { config } = image
    assert.equal(config.User, '1000:20')
    assert.deepEqual(config.Entrypoint, ['node', '/app/dist/main.js'])
    assert.deepEqual(config.Healthcheck.Test, ['CMD', 'node', '/app/dist/main.js', 'healthcheck'])
    assert.deepEqual(Object.keys(config.Volumes), ['/data'])
    assert.equal(config.Labels['org.opencontainers.image.version'], '1.2.3')
    assert.equal(config.Labels['org.opencontainers.image.source'], 'https://example.org/zte2mqtt')
    const { uid, gid } = statSync(inside('data'))
    assert.deepEqual([uid, gid], [1000, 20])
    assert.match(readFileSync(inside('etc/group'), 'utf8'), /^dialout:.*:20:/m)
    assert.deepEqual(
      ['config', 'data'].map((name) => readlinkSync(inside('app', name))),
      ['/data', '/data'],
    )
  })

  test('carries out a command of ours without a container', () => {
    assert.match(chrooted('/app/dist/main.js', '--version'), /^\d+\.\d+\.\d+\n$/)
    assert.match(chrooted('/usr/local/bin/zte2mqtt', '--help'), /healthcheck/)
  })

  test(
    'receives an SMS over a tty with a read-only root and no capability, and ends within 2 s',
    isolated,
    async (t) => {
      const { network, observer, container, data } = await running(t)
      const status = container.carryOut('/bin/cat', '/proc/self/status').text
      assert.match(status, /^CapEff:\s0+$/m)
      assert.match(status, /^CapBnd:\s0+$/m)
      assert.match(status, /^NoNewPrivs:\s1$/m)
      assert.match(status, /^Uid:\s1000\s/m)
      assert.match(container.carryOut('/bin/sh', '-c', 'echo x > /app/x').text, /Read-only file system/)
      assert.match(container.carryOut('/bin/cat', '/proc/1/cmdline').text, /^node\0/)
      assert.deepEqual(container.carryOut('node', '/app/dist/main.js', 'healthcheck').status, 0)

      network.inject({ to: NUMBER, from: PEER, text: 'Water in the cellar!' })
      await observer.until('the SMS', () =>
        (observer.on('sms/received') as { text?: string }[]).find(({ text }) => text?.startsWith('Water')),
      )
      assert.equal(statSync(join(data, 'zte2mqtt.db')).uid, 1000)

      const began = performance.now()
      container.stop()
      assert.equal(await ended(container.process), 0, container.process.output)
      const took = performance.now() - began
      t.diagnostic(`ended ${Math.round(took)} ms after SIGTERM`)
      assert.ok(took < 2000, `it took ${took} ms`)
      await observer.until('offline', () => observer.on('bridge/state').includes('offline'))
      assert.equal(observer.on('stick/availability').at(-1), 'offline')
    },
  )

  test('calls a bridge unhealthy that does not answer', isolated, async (t) => {
    const data = folderFor(join(temporaryFolder(t), 'data'), image.config.User)
    const env = { ZTE2MQTT_MODEMS: '[{"id": "stick"}]', ZTE2MQTT_HEALTH_PORT: String(await freePort()) }
    const { process: bridge } = new Container(t, image, SERVICE, { args: ['healthcheck'], env, data })
    assert.equal(await ended(bridge), 1)
    assert.match(bridge.output, /does not answer/)
  })

  test('reads /data/zte2mqtt.yaml, and says 2 when there is nothing to run', isolated, async (t) => {
    const data = folderFor(join(temporaryFolder(t), 'data'), image.config.User)
    const empty = new Container(t, image, SERVICE, { args: ['check'], data })
    assert.equal(await ended(empty.process), 2)
    writeFileSync(join(data, 'zte2mqtt.yaml'), 'modems: [{id: stick}]\n')
    assert.equal(await ended(new Container(t, image, SERVICE, { args: ['check'], data }).process), 0)
  })

  test('the compose file lets it open sticks that appear later, and no other device', isolated, async (t) => {
    const folder = temporaryFolder(t)
    chmodSync(folder, 0o755)
    const numbers = { ttyUSB9: [188, 9], ttyACM9: [166, 9], ttyS9: [4, 73], disk: [10, 9] }
    for (const [name, [major, minor]] of Object.entries(numbers)) {
      execFileSync('mknod', ['-m', '666', join(folder, name), 'c', String(major), String(minor)])
    }
    const open =
      "for (const name of process.argv.slice(1)) try { require('fs').openSync('/mnt/' + name, 'r+'); console.log(name, 'opened') } catch (error) { console.log(name, error.code) }"
    const data = folderFor(join(folder, 'data'), image.config.User)
    const { process: trial } = new Container(t, image, SERVICE, {
      entrypoint: ['node', '-e', open],
      args: Object.keys(numbers),
      data,
      binds: [`${folder}:/mnt`],
    })
    await ended(trial)
    const outcomes = Object.fromEntries(
      trial.output
        .trim()
        .split('\n')
        .map((line) => line.split(' ')),
    )
    // No such stick is plugged in here: what counts is that nobody forbids it.
    assert.match(outcomes['ttyUSB9'], /^ENXIO|ENODEV$/)
    assert.match(outcomes['ttyACM9'], /^ENXIO|ENODEV$/)
    assert.deepEqual([outcomes['ttyS9'], outcomes['disk']], ['EPERM', 'EPERM'])
  })

  test('as an app of Home Assistant takes its options and the broker of the Supervisor', isolated, async (t) => {
    const app = workshop.build('home-assistant', '--build-arg', 'VERSION=1.2.3', '--build-arg', 'HASS_ARCH=aarch64')
    const { Labels, User } = app.config
    assert.deepEqual(
      [Labels['io.hass.type'], Labels['io.hass.version'], Labels['io.hass.arch'], User],
      ['addon', '1.2.3', 'aarch64', '0:0'],
    )

    const stick = new AtStick({ network: new CellularNetwork(), number: NUMBER, profile: MF190 })
    t.after(() => stick.close())
    const brokerPort = await startMosquitto(t)
    const observer = await Observer.connect(t, brokerPort, 'observer', ['zte2mqtt/#'])
    const service = { host: '127.0.0.1', port: brokerPort, ssl: false, username: 'addons', password: 'secret' }
    const supervisor = createServer((request, response) => {
      const isKnown = request.headers.authorization === 'Bearer token' && request.url === '/services/mqtt'
      response.writeHead(isKnown ? 200 : 403).end(JSON.stringify({ result: 'ok', data: service }))
    })
    // Its name leads to port 80, of an address that is nobody's else.
    await new Promise<void>((resolve) => supervisor.listen(80, '127.83.0.1', resolve))
    t.after(() => supervisor.close())

    const folder = temporaryFolder(t)
    const data = folderFor(join(folder, 'data'), User)
    writeFileSync(join(folder, 'hosts'), '127.83.0.1 supervisor\n')
    writeFileSync(
      join(data, 'options.json'),
      JSON.stringify({ modems: [{ id: 'stick', port: `tcp://127.0.0.1:${await stick.listen()}` }], mqtt: {} }),
      { mode: 0o600 },
    )
    const env = { SUPERVISOR_TOKEN: 'token', ZTE2MQTT_HEALTH_PORT: String(await freePort()) }
    const container = new Container(t, app, SERVICE, { env, data, binds: [`${folder}/hosts:/etc/hosts`] })
    await observer.until('online', () => observer.on('stick/availability').includes('online'))
    const [, ...healthcheck] = app.config.Healthcheck.Test
    assert.deepEqual(container.carryOut(...healthcheck).status, 0)
    container.stop()
    assert.equal(await ended(container.process), 0, container.process.output)
  })
})
