import { existsSync, readFileSync } from 'node:fs'
import { arch, version as kernelVersion, release } from 'node:os'
import { version } from './version.ts'

/** Marks that container engines leave in a container, and the variable that Home Assistant gives its add-ons. */
const CONTAINER_MARKS = ['/.dockerenv', '/run/.containerenv']

/** What zte2mqtt runs on here; no name of a host or user. */
export function describeSystem(env: NodeJS.ProcessEnv): Readonly<Record<string, unknown>> {
  const { container, SUPERVISOR_TOKEN: supervisor } = env
  return {
    zte2mqtt: version(),
    node: process.version,
    platform: process.platform,
    architecture: arch(),
    kernel: `${release()} ${kernelVersion()}`,
    distribution: distributionOf(readIfReadable('/etc/os-release')),
    libc: process.platform === 'linux' ? libc() : null,
    container: CONTAINER_MARKS.some((mark) => existsSync(mark)) || container !== undefined,
    home_assistant_addon: supervisor !== undefined,
    user_is_root: process.getuid?.() === 0,
  }
}

/** `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"` in os-release(5). */
export function distributionOf(osRelease: string): string | null {
  return /^PRETTY_NAME=(["']?)(.*)\1$/m.exec(osRelease)?.[2] ?? null
}

function libc(): string {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return header?.glibcVersionRuntime === undefined ? 'musl' : `glibc ${header.glibcVersionRuntime}`
}

function readIfReadable(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
