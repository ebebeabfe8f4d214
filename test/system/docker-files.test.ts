import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { loadConfig } from '../../src/config/load.ts'
import { temporaryFolder } from './house.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const DOCKER = join(ROOT, 'docker')
const COMPOSE_FILES = readdirSync(DOCKER).filter((name) => name.startsWith('compose'))
const UNIT = 'systemd/zte2mqtt.service'
const RULES = 'udev/70-zte2mqtt.rules'

const textOf = (...path: readonly string[]): string => readFileSync(join(ROOT, ...path), 'utf8')
const isThere = (program: string): boolean =>
  ['/usr/bin', '/usr/sbin', '/bin', '/sbin'].some((folder) => existsSync(join(folder, program)))
const unless = (...programs: readonly string[]) => {
  const missing = programs.filter((program) => !isThere(program))
  return missing.length > 0 ? { skip: `${missing.join(', ')} not installed` } : {}
}

/** Runs a program to its end. @returns exit code and everything it said */
function carryOut(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, ...env } })
  return { status, text: `${stdout}${stderr}` }
}

interface Service {
  readonly environment: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly secrets?: readonly string[]
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>
}

const compose = (file: string): Compose => parse(textOf('docker', file))

describe('compose files', () => {
  test('there are three of them', () => {
    assert.deepEqual(COMPOSE_FILES.sort(), ['compose.house.yaml', 'compose.mosquitto.yaml', 'compose.yaml'])
  })

  for (const file of COMPOSE_FILES) {
    test(`${file} is one by the schema of Compose`, unless('docker-compose'), () => {
      const { status, text } = carryOut('docker-compose', ['-f', join(DOCKER, file), 'config', '--quiet'])
      assert.equal(status, 0, text)
    })

    test(`${file} names variables that the bridge has, with values that it takes`, () => {
      const { environment } = compose(file).services['zte2mqtt'] as Service
      const env = Object.fromEntries(
        Object.entries(environment)
          .filter(([name]) => name.startsWith('ZTE2MQTT_'))
          .map(([name, value]) => [name, value.replace(/\$\{\w+:-(.*)\}/, '$1')]),
      )
      const { mqtt, modems } = loadConfig({
        args: [],
        env,
        readFile: (path) => (path === 'none' ? undefined : 'secret\n'),
        defaultFile: 'none',
      })
      assert.match(mqtt.url, /^mqtt:\/\//)
      assert.deepEqual(
        modems.map(({ id, port }) => [id, port]),
        [['stick', 'auto']],
      )
    })

    test(`${file} mounts files that there are, and secrets that it declares`, () => {
      const { services, secrets = {} } = compose(file)
      const volumes = Object.values(services).flatMap((service) => service.volumes ?? [])
      const ours = volumes.map((volume) => volume.split(':')[0] ?? '').filter((source) => source.startsWith('.'))
      assert.deepEqual(
        ours.filter((source) => !existsSync(join(DOCKER, source))),
        [],
      )
      assert.deepEqual(
        Object.values(services)
          .flatMap((service) => service.secrets ?? [])
          .filter((name) => !(name in secrets)),
        [],
      )
    })

    test(`${file} guards the bridge as the others do`, () => {
      const guards = ({ services }: Compose) => {
        const { environment, depends_on, secrets, extra_hosts, ...rest } = services['zte2mqtt'] as Service &
          Record<string, unknown>
        return rest
      }
      assert.deepEqual(guards(compose(file)), guards(compose('compose.yaml')))
    })
  }

  test('the schema check sees a misspelt key', unless('docker-compose'), (t) => {
    const file = join(temporaryFolder(t), 'compose.yaml')
    writeFileSync(file, textOf('docker/compose.yaml').replace('stop_grace_period', 'stop_grace'))
    assert.notEqual(carryOut('docker-compose', ['-f', file, 'config', '--quiet']).status, 0)
  })
})

describe('rules for udev', () => {
  /** Complaints about the rules; udev is new enough for a verb of its own, or reads them in place of this machine's. */
  function complaints(folder: string): string {
    const file = join(folder, '70-zte2mqtt.rules')
    const [major = '0'] = execFileSync('udevadm', ['--version'], { encoding: 'utf8' }).trim().split('.')
    if (Number(major) >= 254) {
      const { status, text } = carryOut('udevadm', ['verify', file])
      return status === 0 ? '' : text
    }
    const script = 'mount --bind "$0" /etc/udev/rules.d && udevadm test /sys/class/mem/null 2>&1'
    const { text } = carryOut('unshare', ['-m', 'sh', '-c', script, folder])
    assert.match(text, /Reading rules file: .*70-zte2mqtt\.rules/)
    return text
      .split('\n')
      .filter((line) => /70-zte2mqtt\.rules:\d+/.test(line))
      .join('\n')
  }
  const options = process.getuid?.() === 0 ? unless('udevadm', 'unshare') : { skip: 'needs root' }

  test('are understood by udev', options, () => {
    assert.equal(complaints(join(DOCKER, 'udev')), '')
  })

  test('would not be with a misspelt key', options, (t) => {
    const folder = temporaryFolder(t)
    writeFileSync(join(folder, '70-zte2mqtt.rules'), textOf('docker', RULES).replace('ATTR{idVendor}', 'ATR{idVendor}'))
    assert.match(complaints(folder), /ATR/)
  })

  test('leave other disks alone and come between those of udev and ModemManager', () => {
    assert.doesNotMatch(textOf('docker', RULES), /rmmod|modprobe|usb.storage|RUN/)
    const order = ['60-serial.rules', '70-zte2mqtt.rules', '77-mm-zte-port-types.rules', '80-mm-candidate.rules']
    assert.deepEqual([...order].sort(), order)
  })
})

describe('the systemd unit', () => {
  /** The unit with a program that exists here. */
  const copy = (folder: string, change: (text: string) => string = (text) => text): string => {
    mkdirSync(folder, { recursive: true })
    const file = join(folder, 'zte2mqtt.service')
    copyFileSync(join(DOCKER, UNIT), file)
    writeFileSync(file, change(textOf('docker', UNIT).replace('/usr/local/bin/zte2mqtt', '/bin/true')))
    return file
  }

  test('is understood by systemd', unless('systemd-analyze'), (t) => {
    assert.deepEqual(carryOut('systemd-analyze', ['verify', copy(temporaryFolder(t))]), { status: 0, text: '' })
  })

  test('would not be with a misspelt key', unless('systemd-analyze'), (t) => {
    const file = copy(temporaryFolder(t), (text) => text.replace('DynamicUser=', 'DynamicUsr='))
    assert.match(carryOut('systemd-analyze', ['verify', file]).text, /DynamicUsr/)
  })

  test('exposes little by the measure of systemd', unless('systemd-analyze'), (t) => {
    const { text } = carryOut('systemd-analyze', [
      'security',
      '--offline=true',
      '--threshold=20',
      copy(temporaryFolder(t)),
    ])
    assert.match(text, /Overall exposure level for zte2mqtt\.service: [01]\.\d OK/)
  })

  test('gives the bridge time for a stop, serial ports, and no second try at a faulty configuration', () => {
    const text = textOf('docker', UNIT)
    for (const line of [
      'TimeoutStopSec=20s',
      'RestartPreventExitStatus=2',
      'DeviceAllow=char-ttyUSB rw',
      'DeviceAllow=char-ttyACM rw',
    ])
      assert.ok(text.split('\n').includes(line), line)
  })
})

describe('files for GitHub', () => {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '.github'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .trim()
    .split('\n')

  test('are YAML, and every foreign action has a version', () => {
    assert.ok(files.length >= 6)
    for (const file of files) {
      const text = textOf(file)
      assert.equal(typeof parse(text), 'object', file)
      for (const [, action] of text.matchAll(/uses: (\S+)/g)) assert.match(action ?? '', /^[\w.-]+\/[\w.-]+@v?\d/, file)
    }
  })

  test('test every Node version from the oldest to that of the image', () => {
    const { jobs } = parse(textOf('.github/workflows/test.yaml'))
    const oldest = Number(/\d+/.exec(JSON.parse(textOf('package.json')).engines.node)?.[0])
    const image = textOf('Dockerfile')
      .split('\n')
      .find((line) => line.startsWith('ARG NODE_IMAGE='))
    const ofImage = Number(/node:(\d+)-/.exec(image ?? '')?.[1])
    assert.deepEqual(jobs.node.strategy.matrix.node, [oldest, 22, ofImage])
  })

  test('ask for doctor and the support bundle', () => {
    const { body } = parse(textOf('.github/ISSUE_TEMPLATE/problem.yml')) as {
      body: { id?: string; validations?: { required: boolean } }[]
    }
    for (const id of ['doctor', 'support'])
      assert.equal(body.find((field) => field.id === id)?.validations?.required, true, id)
  })
})

test('the Dockerfile uses nothing that only BuildKit knows', () => {
  assert.doesNotMatch(textOf('Dockerfile'), /<<|--link|--mount=|^# syntax=|BUILDPLATFORM|TARGET(ARCH|PLATFORM)/m)
})
