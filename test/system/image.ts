import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const ROOT = new URL('../../', import.meta.url).pathname
const CERTIFICATES = '/etc/ssl/certs'
/** Where the npm of the base keeps what it has fetched: nowhere that the Dockerfile touches. */
const CACHE = '/mnt/npm'

/** What the image says about itself, as far as it is looked at. */
export interface ImageConfig {
  readonly User: string
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly WorkingDir: string
  readonly Volumes: Readonly<Record<string, unknown>>
  readonly Labels: Readonly<Record<string, string>>
  readonly Healthcheck: { readonly Test: readonly string[] }
}

export interface Image {
  readonly config: ImageConfig
  /** Everything in it, as a folder. */
  readonly root: string
}

/** @returns what the program wrote; a failure shows what it complained about */
const tell = (program: string, args: readonly string[]): string =>
  execFileSync(program, args, { encoding: 'utf8', cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26 })

/**
 * Images built by buildah on a plain Debian with Node 24 and npm, because no image registry is needed for that. It stands for
 * `node:24-bookworm-slim`: the same C library, and things in the same places.
 */
export class Workshop {
  readonly #folder = mkdtempSync(join(tmpdir(), 'zte2mqtt-image-'))
  readonly #base = 'localhost/plain-node:24'

  /** @returns size of the base without Node and npm, in bytes */
  makeBase(): number {
    const tar = join(this.#folder, 'debian.tar')
    const kept =
      'base-files,base-passwd,bash,coreutils,dash,debianutils,findutils,grep,sed,libc-bin,libstdc++6,tar,gzip'
    const merged = '/usr/share/mmdebstrap/hooks/merged-usr/setup00.sh'
    const docs = ['man', 'locale', 'doc'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`)
    const what = ['--variant=extract', `--setup-hook=${merged}`, `--include=${kept}`, ...docs]
    tell('mmdebstrap', ['--quiet', ...what, 'bookworm', tar, 'http://deb.debian.org/debian'])
    const name = `node-linux-${process.arch}`
    tell('npm', ['install', '--silent', '--no-save', '--prefix', this.#folder, `${name}@24`])
    const container = this.#from('scratch')
    const root = this.#mount(container)
    tell('tar', ['-C', root, '-xf', tar])
    // What the package's own script would do, which is not run.
    for (const name of ['passwd', 'group']) {
      copyFileSync(join(root, `usr/share/base-passwd/${name}.master`), join(root, 'etc', name))
    }
    const bytes = sizeOf(root)
    const node = join(this.#folder, 'node_modules', name)
    const npm = join(dirname(tell('npm', ['root', '-g']).trim()), 'node_modules/npm')
    for (const folder of ['bin', 'lib/node_modules', 'etc', 'include/node'])
      mkdirSync(join(root, 'usr/local', folder), { recursive: true })
    copyFileSync(join(node, 'bin/node'), join(root, 'usr/local/bin/node'))
    chmodSync(join(root, 'usr/local/bin/node'), 0o755)
    cpSync(npm, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true })
    symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'))
    writeFileSync(
      join(root, 'usr/local/etc/npmrc'),
      `cafile=${CERTIFICATES}/ca-certificates.crt\ncache=${CACHE}\nupdate-notifier=false\n`,
    )
    this.#buildah('umount', container)
    this.#buildah('commit', '--quiet', container, this.#base)
    return bytes
  }

  /** @param target a stage of the Dockerfile; without it what `docker build` gives */
  build(target: string | null, ...more: readonly string[]): Image {
    const tag = `localhost/zte2mqtt-${target ?? 'bridge'}:test`
    const stage = target === null ? [] : ['--target', target]
    // With what this machine has fetched before, and its idea of whom to trust.
    const borrowed = ['-v', `${CERTIFICATES}:${CERTIFICATES}:ro`, '-v', `${join(homedir(), '.npm')}:${CACHE}`]
    const how = ['--network', 'host', '--isolation', 'chroot', '--format', 'docker', '--layers', ...borrowed]
    mkdirSync(join(homedir(), '.npm'), { recursive: true })
    this.#buildah(
      'build',
      '--quiet',
      ...how,
      ...stage,
      ...more,
      '--build-arg',
      `NODE_IMAGE=${this.#base}`,
      '-t',
      tag,
      '.',
    )
    const about = JSON.parse(this.#buildah('inspect', '--type', 'image', tag)) as {
      Docker: { config: ImageConfig }
    }
    return { config: about.Docker.config, root: this.#mount(this.#from(tag)) }
  }

  clear(): void {
    this.#buildah('rm', '--all')
    // The store mounts its own folder onto itself.
    spawnSync('umount', [join(this.#folder, 'store/overlay')])
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** In a store of its own, which goes with the folder. */
  #buildah(...args: readonly string[]): string {
    const store = ['--root', join(this.#folder, 'store'), '--runroot', join(this.#folder, 'run')]
    return tell('buildah', [...store, ...args])
  }

  #from(image: string): string {
    return this.#buildah('from', '--pull-never', image).trim()
  }

  #mount(container: string): string {
    return this.#buildah('mount', container).trim()
  }
}

/** Bytes on disk below a folder. */
export function sizeOf(folder: string): number {
  return Number(tell('du', ['-sb', folder]).split('\t')[0])
}

/** An empty folder for a user of the image. */
export function folderFor(path: string, user: string): string {
  const [uid = 0, gid = 0] = user.split(':').map(Number)
  mkdirSync(path)
  chownSync(path, uid, gid)
  return path
}
