import type { StickProfile, Technology } from './profiles.ts'

/** `<AcT>` of `+CREG` and `+COPS` (3GPP TS 27.007 section 7.2). */
export const ACCESS_TECHNOLOGY: Readonly<Record<Technology, number>> = { GSM: 0, EDGE: 3, UMTS: 2, HSDPA: 4, LTE: 7 }

/** Another network on the air. */
export interface VisibleNetwork {
  /** 0 unknown, 1 available, 3 forbidden */
  readonly status: 0 | 1 | 3
  readonly longName: string
  readonly shortName: string
  /** MCC and MNC. */
  readonly plmn: string
  readonly technology: Technology
}

/** What a stick sees besides its own network where nothing else is said. */
export const NEIGHBOURS: readonly VisibleNetwork[] = [
  { status: 3, longName: 'Other, Inc', shortName: '', plmn: '24405', technology: 'GSM' },
]

/** What the list is made of. */
export interface Scan {
  readonly profile: StickProfile
  /** `null` while it is not registered: then its own network is one of the available ones. */
  readonly serving: Technology | null
  readonly own: { readonly name: string; readonly plmn: string }
  readonly neighbours: readonly VisibleNetwork[]
  readonly inSet: (text: string) => string
}

/** Answer to `AT+COPS=?` (3GPP TS 27.007 section 7.3), in the form of the profile. */
export function scanLine({ profile, serving, own, neighbours, inSet }: Scan): string {
  const entry = (status: number, longName: string, shortName: string, plmn: string, technology: Technology): string => {
    const act = profile.copsListForm === 'no-act' ? '' : `,${ACCESS_TECHNOLOGY[technology]}`
    return `(${status},"${inSet(longName)}","${inSet(shortName)}","${plmn}"${act})`
  }
  const ownTechnologies: readonly Technology[] =
    profile.copsListForm === 'per-technology' ? ['GSM', 'UMTS'] : [serving ?? profile.technology]
  const entries = [
    ...ownTechnologies.map((technology) => entry(serving === null ? 1 : 2, own.name, 'TST', own.plmn, technology)),
    ...neighbours.map((each) => entry(each.status, each.longName, each.shortName, each.plmn, each.technology)),
  ]
  return `+COPS: ${entries.join(',')},${profile.copsListEndsInComma ? '' : ',(0,1,2,3,4),(0,1,2)'}`
}
