declare module 'aedes-persistence-level' {
  import type { ClassicLevel } from 'classic-level'
  /** Makes what aedes calls a persistence. */
  export default function persistenceOn(level: ClassicLevel): unknown
}
