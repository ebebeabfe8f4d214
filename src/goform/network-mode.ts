import type { NetworkMode, NetworkModeName } from '../modem/state.ts'
import type { Values } from './reply.ts'
import { textAt } from './reply.ts'
import type { Fields } from './request.ts'

/** Which words a family has for its modes: without 5G, with it, and (U50 class) with its own word for LTE and 5G. */
export type BearerDialect = 'lte' | 'nr' | 'u50'

interface ModeRow {
  readonly mode: NetworkModeName
  readonly bearer: string
  /** Dialects that have it. */
  readonly dialects: readonly BearerDialect[]
  /** What some firmware reads back instead. */
  readonly readsBackAs?: string
}

const ALL = ['lte', 'nr', 'u50'] as const

const MODES: readonly ModeRow[] = [
  { mode: 'auto', bearer: 'NETWORK_auto', dialects: ALL },
  { mode: 'gsm', bearer: 'Only_GSM', dialects: ALL },
  { mode: 'umts', bearer: 'Only_WCDMA', dialects: ALL },
  { mode: 'lte', bearer: 'Only_LTE', dialects: ALL },
  { mode: 'nr', bearer: 'Only_5G', dialects: ['nr', 'u50'] },
  { mode: 'gsm_preferred', bearer: 'GSM_preferred', dialects: ALL },
  { mode: 'umts_preferred', bearer: 'WCDMA_preferred', dialects: ALL },
  { mode: 'gsm_umts', bearer: 'WCDMA_AND_GSM', dialects: ALL },
  { mode: 'gsm_lte', bearer: 'GSM_AND_LTE', dialects: ALL },
  { mode: 'umts_lte', bearer: 'WCDMA_AND_LTE', dialects: ALL },
  { mode: 'gsm_umts_lte', bearer: 'GSM_WCDMA_LTE', dialects: ALL },
  { mode: 'lte_nr', bearer: 'LTE_AND_5G', dialects: ['nr'] },
  { mode: 'lte_nr', bearer: '4G_AND_5G', dialects: ['u50'], readsBackAs: 'WL_AND_5G' },
]

/** Item that tells the mode. */
export const NETWORK_MODE_ITEM = 'net_select'

/**
 * Modes that a family has words for. Which of them a device takes is in its web page's configuration; it refuses the
 * others without harm.
 */
export function networkModesOf(dialect: BearerDialect): readonly NetworkModeName[] {
  return MODES.filter(({ dialects }) => dialects.includes(dialect)).map(({ mode }) => mode)
}

/** The form that sets a mode; `undefined` when this family has no word for it. Sticks want their data connection off. */
export function networkModeForm(mode: NetworkModeName, dialect: BearerDialect): Fields | undefined {
  const row = MODES.find((each) => each.mode === mode && each.dialects.includes(dialect))
  if (row === undefined) return undefined
  return [
    ['goformId', 'SET_BEARER_PREFERENCE'],
    ['BearerPreference', row.bearer],
  ]
}

/** Reads `{"net_select":"Only_LTE",…}`; `null` while it is empty. */
export function readNetworkMode(values: Values, dialect: BearerDialect): NetworkMode | null {
  const raw = textAt(values, NETWORK_MODE_ITEM)
  if (raw === '') return null
  const own = MODES.filter(({ dialects }) => dialects.includes(dialect))
  const row = own.find(({ bearer, readsBackAs }) => bearer === raw || readsBackAs === raw)
  return { mode: row?.mode ?? 'other', raw }
}

/**
 * The word by which the mode is set that reads back as this one: an U50 tells `WL_AND_5G` and is set to `4G_AND_5G`. A word that
 * is in no table stays as it is.
 */
export function settableBearer(raw: string, dialect: BearerDialect): string {
  const row = MODES.find(({ dialects, readsBackAs }) => dialects.includes(dialect) && readsBackAs === raw)
  return row?.bearer ?? raw
}

/** Whether the mode that was read is the wanted one, by its name or by a word that it is set by or reads back as. */
export function isMode(
  read: NetworkMode | null,
  wanted: NetworkModeName | { readonly raw: string },
  dialect: BearerDialect,
): boolean {
  if (read === null) return false
  if (typeof wanted === 'string') return read.mode === wanted
  const named = readNetworkMode({ [NETWORK_MODE_ITEM]: wanted.raw }, dialect)?.mode
  return read.raw === wanted.raw || (named !== 'other' && read.mode === named)
}
