// Made from the migrated database by `npm run types`; a test compares it with the migrations. Do not edit.
import type { ColumnType, GeneratedAlways, JSONColumnType } from 'kysely'

/** An exact decimal number as text; given as text or number. */
type Numeric = ColumnType<string, string | number, string | number>
/** The text 'infinity' stands for "until further notice". */
type Timestamp = ColumnType<Date, Date | string, Date | string>
type Json = JSONColumnType<object>
/** May be left out of an insert. */
type Generated<T> = T extends ColumnType<infer S, infer I, infer U> ? ColumnType<S, I | undefined, U> : ColumnType<T, T | undefined, T>

export interface Database {
  'kernel.job': {
    id: GeneratedAlways<number>
    kind: string
    key: string
    title: string
    organisation: number | null
    audience: string
    account: number | null
    asked_by: string
    back: string | null
    input: Json
    state: string
    progress: Json | null
    outcome: Json | null
    reason: string | null
    reference: string | null
    attempts: Generated<number>
    holder: string | null
    lease_until: Timestamp | null
    cancel_asked: Generated<boolean>
    run_after: Timestamp
    asked_at: Generated<Timestamp>
    started_at: Timestamp | null
    ended_at: Timestamp | null
  }
  'kernel.kept_export': {
    id: string
    account: number
    rights: string[]
    organisation: number | null
    address: string
    page: string
    about: Json
    rows: number
    bytes: number
    sha256: string
    made_at: Timestamp
    expires_at: Timestamp
  }
  'kernel.kept_export_part': {
    export: string
    seq: number
    account: number
    rights: string[]
    content: Uint8Array
  }
  'kernel.letter': {
    id: GeneratedAlways<number>
    organisation: number | null
    recipient: string
    subject: string
    sealed: string | null
    state: Generated<string>
    made_at: Timestamp
    expires_at: Timestamp
    attempts: Generated<number>
    next_at: Timestamp
    held_until: Timestamp | null
    reason: string | null
    sent_at: Timestamp | null
  }
  'kernel.migration': {
    owner: string
    name: string
    checksum: string
    at: Generated<Timestamp>
  }
  'kernel.trail': {
    entry: number
    at: Timestamp
    actor_kind: string
    account: number | null
    actor_name: string
    organisation: number | null
    action: string
    subject: string
    why: string | null
    says: string | null
    before: string | null
    after: string | null
    request: string | null
    previous_hash: string
    hash: string
  }
  'kernel.trail_head': {
    single: Generated<boolean>
    entry: number
    hash: string
  }
  'people.access_grant': {
    id: GeneratedAlways<number>
    organisation: number
    account: number
    subject: string
    subject_id: number
    why: string
    made_by: number | null
    made_at: Generated<Timestamp>
    ended_at: Timestamp | null
  }
  'people.account': {
    id: GeneratedAlways<number>
    organisation: number
    email: string
    name: string
    active: Generated<boolean>
    made_at: Generated<Timestamp>
  }
  'people.attempt': {
    key: string
    failures: number
    last_at: Timestamp
    blocked_until: Timestamp
  }
  'people.credential': {
    account: number
    organisation: number
    password: string
    must_change: Generated<boolean>
    valid_from: Timestamp
    break_glass_until: Timestamp | null
  }
  'people.half_sign_in': {
    token_hash: string
    account: number
    method: string
    provider_token: string | null
    next: string
    expires_at: Timestamp
  }
  'people.identity': {
    id: GeneratedAlways<number>
    account: number
    organisation: number
    issuer: string
    subject: string
    made_at: Timestamp
  }
  'people.invitation': {
    id: GeneratedAlways<number>
    organisation: number
    email: string
    roles: string[]
    invited_by: number | null
    link_hash: string
    letter: number | null
    sent: Generated<number>
    made_at: Timestamp
    expires_at: Timestamp
    accepted_at: Timestamp | null
    accepted_by: number | null
    withdrawn_at: Timestamp | null
  }
  'people.membership': {
    account: number
    organisation: number
    role: string
    since: Generated<Timestamp>
  }
  'people.organisation': {
    id: GeneratedAlways<number>
    slug: string
    name: string
    kind: string
    authority: string | null
    made_at: Generated<Timestamp>
  }
  'people.password_reset': {
    id: GeneratedAlways<number>
    account: number
    organisation: number
    link_hash: string
    letter: number
    made_at: Timestamp
    expires_at: Timestamp
    used_at: Timestamp | null
    ended_at: Timestamp | null
  }
  'people.past_membership': {
    id: GeneratedAlways<number>
    account: number
    organisation: number
    role: string
    since: Timestamp
    until: Timestamp
  }
  'people.provider_request': {
    state_hash: string
    browser_hash: string
    purpose: string
    session: number | null
    sealed: string
    expires_at: Timestamp
  }
  'people.recovery_code': {
    id: GeneratedAlways<number>
    account: number
    organisation: number
    hash: string
    used_at: Timestamp | null
  }
  'people.second_factor': {
    id: GeneratedAlways<number>
    account: number
    organisation: number
    name: string
    secret: string
    last_step: number
    made_at: Timestamp
    used_at: Timestamp
  }
  'people.session': {
    id: GeneratedAlways<number>
    token_hash: string
    account: number
    made_at: Timestamp
    seen_at: Timestamp
    expires_at: Timestamp
    address: string | null
    browser: string | null
    method: Generated<string>
    proved_at: Generated<Timestamp>
    second_factor_at: Timestamp | null
    provider_token: string | null
  }
  'people.token': {
    id: GeneratedAlways<number>
    account: number
    home: number
    organisation: number | null
    name: string
    scope: string
    token_hash: string
    ending: string
    made_at: Timestamp
    expires_at: Timestamp
    used_at: Timestamp | null
    used_from: string | null
    revoked_at: Timestamp | null
    revoked_by: number | null
  }
  'places.area': {
    id: GeneratedAlways<number>
    code: string
    name: string
    level: string
  }
  'places.authority': {
    id: GeneratedAlways<number>
    code: string
    name: string
    known_name: string
    kind: string
    nation: string
    region: string | null
    region_name: string | null
    starts: string | null
    ends: string | null
    population: number | null
    fictional: Generated<boolean>
    source: string
  }
  'places.authority_key': {
    authority: number
    scheme: string
    code: string
  }
  'places.authority_kind': {
    code: string
    title: string
    plural: string
    tier: string
  }
  'places.authority_name': {
    authority: number
    name: string
    normal: string
    basis: string
    confirmed_by: number | null
    confirmed_at: Timestamp | null
  }
  'places.comparator_group': {
    id: GeneratedAlways<number>
    type: string
    source: string
    slug: string
    title: string
    of_authority: number | null
    organisation: number | null
    audience: Generated<string>
    publisher: string
    licence: string | null
    dated: string | null
    known_from: Generated<Timestamp>
    known_to: Generated<Timestamp>
  }
  'places.group_member': {
    comparator_group: number
    authority: number
    position: number | null
    closeness: string | null
    organisation: number | null
    audience: Generated<string>
  }
  'places.layout': {
    id: GeneratedAlways<number>
    slug: string
    title: string
    arrangement: string
    publisher: string
    source: string
    licence: string
    import: number | null
    known_from: Generated<Timestamp>
    known_to: Generated<Timestamp>
  }
  'places.layout_hex': {
    layout: number
    code: string
    name: string
    authority: number | null
    q: number
    r: number
  }
  'places.succession': {
    predecessor: number
    successor: number
    on_date: string
  }
  'indicators.import': {
    id: GeneratedAlways<number>
    organisation: number | null
    audience: Generated<string>
    produces: string
    recipe_name: string
    recipe: Json
    file_name: string
    bytes: number
    sha256: string
    account: number | null
    brought_by: number | null
    made_by: string
    made_at: Generated<Timestamp>
    known_from: Timestamp
    counts: Json
    withdrawn_at: Timestamp | null
    withdrawn_by: string | null
    withdrawn_why: string | null
  }
  'indicators.import_warning': {
    import: number
    seq: number
    check_name: string
    line: number | null
    column_name: string | null
    seen: string | null
    expected: string | null
    message: string
    measure: number | null
    authority: number | null
    period: number | null
    organisation: number | null
    audience: Generated<string>
  }
  'indicators.measure': {
    id: GeneratedAlways<number>
    code: string
    organisation: number | null
    audience: Generated<string>
    fictional: Generated<boolean>
  }
  'indicators.measure_alias': {
    measure: number
    alias: string
    normal: string
    organisation: number | null
    audience: Generated<string>
  }
  'indicators.measure_state': {
    measure: number
    revision: number
    private: boolean
    organisation: number | null
    audience: Generated<string>
  }
  'indicators.measure_version': {
    measure: number
    version: number
    known_from: Generated<Timestamp>
    known_to: Generated<Timestamp>
    import: number | null
    title: string
    explanation: string | null
    dimension: string | null
    service: string | null
    unit: string
    unit_kind: string
    prefix: Generated<string>
    suffix: Generated<string>
    display_factor: Generated<Numeric>
    decimals: Generated<number>
    polarity: string
    midpoint: Numeric | null
    numerator_name: string | null
    denominator_name: string | null
    numerator_multiplier: Generated<Numeric>
    denominator_multiplier: Generated<Numeric>
    aggregation: Generated<string>
    change_as: Generated<string>
    interval_method: Generated<string>
    interval_scale: Generated<Numeric>
    period_kind: string | null
    publisher: string
    source_link: string | null
    licence: string | null
    kinds: Generated<string[]>
    small_numbers: number | null
    tolerance: Generated<Numeric>
    notes: string | null
    what_changed: string | null
    organisation: number | null
    audience: Generated<string>
    scale: string[] | null
  }
  'indicators.observation': {
    id: GeneratedAlways<number>
    measure: number
    period: number
    authority: number | null
    area: number | null
    place: GeneratedAlways<number>
    organisation: number | null
    audience: Generated<string>
    known_from: Timestamp
    known_to: Generated<Timestamp>
    value: Numeric | null
    numerator: Numeric | null
    denominator: Numeric | null
    lower: Numeric | null
    upper: Numeric | null
    status: Generated<string>
    reason: string | null
    marker: string | null
    import: number
    line: number | null
    restored: Generated<boolean>
  }
  'indicators.period': {
    id: GeneratedAlways<number>
    kind: string
    label: string
    starts: string
    ends: string
  }
  'indicators.saved_recipe': {
    name: string
    organisation: number
    recipe: Json
    account: number | null
    saved_at: Generated<Timestamp>
  }
  'indicators.series_break': {
    id: GeneratedAlways<number>
    measure: number
    starts: string
    note: string
    import: number | null
    known_from: Generated<Timestamp>
    known_to: Generated<Timestamp>
    organisation: number | null
    audience: Generated<string>
  }
  'indicators.source_look': {
    id: GeneratedAlways<number>
    source: number
    organisation: number
    looked_at: Timestamp
    found: string
    says: string
  }
  'indicators.upload': {
    id: string
    account: number
    organisation: number
    national: boolean
    file_name: string
    bytes: number
    sha256: string
    recipe: Json | null
    checked: Json | null
    made_at: Generated<Timestamp>
    guided: Json | null
    keep_until: Timestamp | null
  }
  'indicators.upload_part': {
    upload: string
    seq: number
    account: number
    organisation: number
    content: Uint8Array
  }
  'indicators.watched_source': {
    id: GeneratedAlways<number>
    organisation: number
    name: string
    address: string
    recipe: string
    national: boolean
    every: string
    account: number
    made_at: Timestamp
    stopped_at: Timestamp | null
    etag: string | null
    last_modified: string | null
    last_sha256: string | null
    last_looked_at: Timestamp | null
    failing_since: Timestamp | null
    last_fault: string | null
    upload: string | null
  }
  'benchmarking.kept_profile': {
    authority: number
    comparator_group: string
    members: string
    positions: string
    details: Generated<string>
    organisation: number | null
    audience: Generated<string>
    known_through: Generated<number>
    contents: Generated<string>
    stretches: Generated<Uint8Array>
  }
}
