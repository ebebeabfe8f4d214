import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { parse } from 'yaml'
import { run, temporaryFolder } from './house.ts'
import type { Image } from './image.ts'

/** How a compose file runs a service, as far as a runtime must do it. */
export interface Service {
  readonly read_only: boolean
  readonly cap_drop: readonly string[]
  readonly security_opt: readonly string[]
  readonly tmpfs: readonly string[]
  readonly volumes: readonly string[]
  readonly device_cgroup_rules: readonly string[]
}

interface Options {
  /** After the entry point; `entrypoint` replaces that, too. */
  readonly args?: readonly string[]
  readonly entrypoint?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Folder for /data. */
  readonly data: string
  /** Further `from:to` of files or folders, read-only. */
  readonly binds?: readonly string[]
}

/** A service of a compose file of ours. */
export function serviceOf(file: string, name = 'zte2mqtt'): Service {
  const text = readFileSync(new URL(`../../docker/${file}`, import.meta.url), 'utf8')
  return (parse(text) as { services: Record<string, Service> }).services[name] as Service
}

/** Why this machine runs no containers, `null` if it does. */
export function whyNoContainers(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'zte2mqtt-runc-'))
  mkdirSync(join(folder, 'root'))
  const mounts = ['/bin', '/usr', '/lib', '/lib64'].map((path) => bind(`${path}:${path}`))
  const spec = {
    ...skeleton('/', ['/bin/true'], []),
    root: { path: join(folder, 'root'), readonly: false },
    mounts: [PROC, ...mounts],
  }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(spec))
  const { status, stderr, error } = spawnSync('runc', ['run', '-b', folder, `zte2mqtt-try-${process.pid}`], {
    encoding: 'utf8',
  })
  rmSync(folder, { recursive: true, force: true })
  return status === 0 ? null : `runc cannot run a container here: ${error?.message ?? stderr}`
}

const PROC = { destination: '/proc', type: 'proc', source: 'proc' }
/** What Docker allows every container: null, zero, full, tty, random, urandom, ptmx, terminals. */
const DEFAULT_DEVICES = [
  'c 1:3 rwm',
  'c 1:5 rwm',
  'c 1:7 rwm',
  'c 1:8 rwm',
  'c 1:9 rwm',
  'c 5:0 rwm',
  'c 5:2 rwm',
  'c 136:* rwm',
]

function skeleton(cwd: string, args: readonly string[], env: readonly string[]) {
  return {
    ociVersion: '1.0.2',
    process: { terminal: false, user: { uid: 0, gid: 0 }, args, env, cwd },
    linux: { namespaces: ['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })) },
  }
}

function bind(volume: string) {
  const [source, destination, mode = 'rw'] = volume.split(':')
  return { destination, source, type: 'bind', options: ['rbind', mode] }
}

/** `c 188:* rmw` as the runtime wants it. */
function deviceRule(rule: string) {
  const [type, numbers = '', access] = rule.split(' ')
  const [major, minor] = numbers.split(':').map((number) => (number === '*' ? undefined : Number(number)))
  return { allow: true, type, major, ...(minor === undefined ? {} : { minor }), access }
}

/** The image, run by runc as the compose file says; the network is that of this machine. */
export class Container {
  readonly #id: string
  readonly process: ChildProcess & { output: string }

  constructor(t: TestContext, image: Image, service: Service, options: Options) {
    this.#id = `zte2mqtt-${process.pid}-${Container.#count++}`
    const folder = temporaryFolder(t)
    writeFileSync(join(folder, 'config.json'), JSON.stringify(specOf(this.#id, image, service, options)))
    this.process = run(t, 'runc', ['run', '-b', folder, this.#id])
    t.after(() => spawnSync('runc', ['delete', '--force', this.#id]))
  }

  static #count = 0

  /** A further program in the running container. @returns exit code and output */
  carryOut(...args: readonly string[]): { status: number | null; text: string } {
    const { status, stdout, stderr } = spawnSync('runc', ['exec', this.#id, ...args], { encoding: 'utf8' })
    return { status, text: `${stdout}${stderr}`.trim() }
  }

  /** What `docker stop` does first. */
  stop(): void {
    execFileSync('runc', ['kill', this.#id, 'TERM'])
  }
}

function specOf(id: string, { config, root }: Image, service: Service, options: Options) {
  const { args = [], entrypoint = config.Entrypoint, env = {}, data, binds = [] } = options
  const base = skeleton(
    config.WorkingDir,
    [...entrypoint, ...args],
    [...config.Env, ...Object.entries(env).map((pair) => pair.join('='))],
  )
  const [uid, gid] = config.User.split(':').map(Number)
  const [drop] = service.cap_drop
  if (drop !== 'ALL') throw new Error('only the dropping of all capabilities is known here')
  const tmpfs = service.tmpfs.map((destination) => ({
    destination,
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'nodev', 'mode=1777'],
  }))
  // Volumes with a name are folders of the test.
  for (const volume of service.volumes) {
    // As Docker does: a host without udev has no such folder.
    if (volume.startsWith('/')) mkdirSync(volume.split(':')[0] ?? '', { recursive: true })
  }
  const volumes = service.volumes.map((volume) => (volume.startsWith('/') ? volume : `${data}:${volume.split(':')[1]}`))
  const sys = { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] }
  const shortFirst = [...volumes.map(bind), ...tmpfs].sort((a, b) => depth(a.destination) - depth(b.destination))
  return {
    ...base,
    process: {
      ...base.process,
      user: { uid, gid },
      noNewPrivileges: service.security_opt.includes('no-new-privileges:true'),
    },
    root: { path: root, readonly: service.read_only },
    mounts: [PROC, sys, ...shortFirst, ...binds.map((pair) => bind(`${pair}:ro`))],
    linux: {
      ...base.linux,
      cgroupsPath: `/${id}`,
      resources: {
        devices: [
          { allow: false, access: 'rwm' },
          ...[...DEFAULT_DEVICES, ...service.device_cgroup_rules].map(deviceRule),
        ],
      },
    },
  }
}

function depth(path: string | undefined): number {
  return path?.split('/').length ?? 0
}
