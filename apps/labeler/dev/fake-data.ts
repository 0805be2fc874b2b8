/** Made-up answers in the shapes of the API: for work on the pages and for their browser tests. Development only. */
export type Json = Readonly<Record<string, unknown>>;

const iso = (secondsAgo: number): string => new Date(Date.now() - secondsAgo * 1000).toISOString();

/** Okabe and Ito's palette, and some more. */
const COLORS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442', '#7a5195', '#8c8c8c', '#2f4b7c', '#a05195', '#ffa600'];

export const ADMIN = { id: '0b0f0000-0000-4000-8000-000000000001', email: 'admin@example.com', display_name: '김하늘', is_admin: true, must_change_password: false, disabled: false, created_at: iso(86_400 * 40) };

export function fakeUsers(): Json[] {
  return [
    ADMIN,
    { ...ADMIN, id: '0b0f0000-0000-4000-8000-000000000002', email: 'jiwoo.park@example.com', display_name: '박지우', is_admin: false, created_at: iso(86_400 * 12) },
    { ...ADMIN, id: '0b0f0000-0000-4000-8000-000000000003', email: 'mira.novak@example.com', display_name: 'Mira Novak', is_admin: false, must_change_password: true, created_at: iso(86_400 * 2) },
    { ...ADMIN, id: '0b0f0000-0000-4000-8000-000000000004', email: 'old.account@example.com', display_name: 'Old Account', is_admin: false, disabled: true, created_at: iso(86_400 * 300) },
  ];
}

export function fakeKeys(): Json[] {
  return [
    { id: '0c0f0000-0000-4000-8000-000000000001', name: '야간 업로드', hint: 'vk_7f3a', scopes: ['read', 'label'], created_at: iso(86_400 * 20), expires_at: iso(-86_400 * 70), last_used_at: iso(3_600 * 5) },
    { id: '0c0f0000-0000-4000-8000-000000000002', name: 'notebook', hint: 'vk_b21c', scopes: ['read', 'train'], created_at: iso(86_400 * 100), expires_at: iso(86_400 * 3), last_used_at: null },
  ];
}

interface DatasetSeed {
  readonly slug: string;
  readonly name: string;
  readonly task: string;
  readonly classes: readonly string[];
  readonly images: number;
  readonly labeled?: number;
  readonly hoursAgo: number;
  readonly megabytes: number;
  readonly warnings?: readonly Json[];
  readonly multi?: boolean;
}

const SEEDS: readonly DatasetSeed[] = [
  { slug: 'digits', name: '손글씨 숫자', task: 'image_classification', classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'], images: 10_000, hoursAgo: 0.4, megabytes: 4.2 },
  {
    slug: 'road',
    name: '도로 객체 v3',
    task: 'object_detection',
    classes: ['차량', '사람', '자전거', '버스', '신호등', '표지판'],
    images: 100_000,
    labeled: 61_796,
    hoursAgo: 5,
    megabytes: 18_240,
    warnings: [
      { code: 'box-outside-image', message: 'A box reaches 0.6 px over the image and was cut.', entry: 'annotations.json', pointer: '/annotations/1841/bbox' },
      { code: 'class-without-example', message: 'No labeled image shows the class 신호등.', entry: 'meta.json', pointer: '/classes/4', hint: 'Remove the class or label some images.' },
    ],
  },
  { slug: 'imagenet-10', name: 'ImageNet-10', task: 'image_classification', classes: ['king penguin', 'Maltese dog', 'tabby cat', 'goldfish', 'airliner', 'container ship', 'orange', 'sports car', 'snow leopard', 'trailer truck'], images: 12_830, hoursAgo: 30, megabytes: 1_460 },
  { slug: 'pcb', name: 'PCB_defects_line-4_north_2026-11-24_re-export_final_v2_checked_by_two_people', task: 'instance_segmentation', classes: ['scratch', 'missing hole', 'short', 'spur'], images: 1_386, labeled: 412, hoursAgo: 80, megabytes: 913 },
  { slug: 'field', name: '작물 구획', task: 'semantic_segmentation', classes: ['벼', '콩', '물', '길'], images: 642, hoursAgo: 400, megabytes: 2_210 },
  { slug: 'scenes', name: 'Scenes with several labels', task: 'image_classification', classes: ['sea', 'mountain', 'sunset', 'city', '<img src=x onerror=alert(1)>'], images: 2_000, hoursAgo: 900, megabytes: 310, multi: true },
];

function datasetOf(seed: DatasetSeed, index: number): Json {
  const labeled = seed.labeled ?? seed.images;
  const weights = seed.classes.map((_, at) => 1 / (1 + at * (index % 3 === 0 ? 0.04 : 0.5)));
  const sum = weights.reduce((total, one) => total + one, 0);
  const train = Math.round(seed.images * 0.8);
  return {
    id: `platform-${seed.slug}-${(0x1f2e3d4c + index * 7919).toString(16).padStart(8, '0').slice(0, 8)}`,
    name: seed.name,
    task_type: seed.task,
    multi_label: seed.multi ?? false,
    format: 'dice',
    num_images: seed.images,
    num_classes: seed.classes.length,
    num_labeled: labeled,
    classes: seed.classes.map((name, at) => ({ id: at, name, color: COLORS[at % COLORS.length], count: seed.warnings !== undefined && at === 4 ? 0 : Math.round((labeled * (weights[at] ?? 1)) / sum) })),
    splits: index === 3 ? { train: 0, val: 0, test: 0, unassigned: seed.images } : { train, val: seed.images - train, test: 0, unassigned: 0 },
    status: 'ready',
    visibility: index === 2 ? 'public' : 'private',
    warnings: seed.warnings ?? [],
    content_hash: '9f2c4be1'.repeat(8),
    size_bytes: Math.round(seed.megabytes * 1e6),
    created_at: iso(seed.hoursAgo * 3600 + 900),
    updated_at: iso(seed.hoursAgo * 3600),
    deleted_at: null,
    created_by: ADMIN.id,
    role: 'owner',
  };
}

export const fakeDatasets = (): Json[] => SEEDS.map(datasetOf);
export const demoDataset = (): Json => ({ ...datasetOf({ slug: 'demo', name: 'Demo: shapes', task: 'image_classification', classes: ['circle', 'square', 'triangle'], images: 600, hoursAgo: 0, megabytes: 1.1 }, 40) });

const number = (type: string, initial: number, minimum: number, maximum: number): Json => ({ type, default: initial, minimum, maximum });
export const FAKE_MODELS: readonly Json[] = [
  {
    id: 'cnn-small',
    title: 'Small convolutional network',
    task_types: ['image_classification'],
    hyperparameters: {
      type: 'object',
      properties: {
        epochs: number('integer', 20, 1, 1000),
        batch_size: number('integer', 0, 0, 256),
        learning_rate: number('number', 0.003, 0.000_001, 1),
        weight_decay: number('number', 0.0001, 0, 0.1),
        val_fraction: number('number', 0.2, 0.05, 0.5),
        seed: number('integer', 1, 0, 2_147_483_647),
        augment: { type: 'string', enum: ['none', 'light', 'standard'], default: 'light' },
        class_weights: { type: 'string', enum: ['none', 'balanced'], default: 'none' },
      },
    },
  },
];

/** A plausible epoch: losses fall, accuracy rises, the same each time. */
/** `pace`: how fast it learns; 1 is the usual. */
export function fakeEpoch(epoch: number, classCount: number, pace = 1): Json {
  const noise = Math.sin(epoch * 12.9898) * 0.02;
  const accuracy = Math.min(0.985, 0.985 - 0.62 * Math.exp((-epoch * pace) / 3.2) + noise * 0.4);
  const matrix = Array.from({ length: classCount }, (_, row) =>
    Array.from({ length: classCount }, (_, column) => {
      if (row === column) return Math.round(200 * accuracy);
      const near = Math.abs(row - column) === 1 ? 3 : (row * 7 + column * 3) % 5 === 0 ? 1 : 0;
      return Math.round(near * (1 - accuracy) * 30);
    }),
  );
  return {
    epoch,
    train_loss: 2.1 * Math.exp((-epoch * pace) / 3) + 0.05 + noise * 0.5,
    val_loss: 1.9 * Math.exp((-epoch * pace) / 3.4) + 0.11 + noise,
    primary_metric: 'accuracy',
    primary_value: accuracy,
    scores: { accuracy, f1: accuracy * 0.98 },
    confusion_matrix: matrix,
    per_class: matrix.map((row, index) => {
      const support = row.reduce((sum, one) => sum + one, 0);
      const said = matrix.reduce((sum, other) => sum + (other[index] ?? 0), 0);
      const [recall, precision] = [(row[index] ?? 0) / support, (row[index] ?? 0) / said];
      return { class_id: index, precision, recall, f1: (2 * precision * recall) / (precision + recall), support };
    }),
    learning_rate: 0.003 * (0.5 + 0.5 * Math.cos((epoch / 12) * Math.PI)),
    images_per_second: 2_950 + noise * 3_000,
    cpu_seconds: 3.1,
    wall_seconds: 2.8 / pace,
  };
}

/** What a broken zip might earn. */
export function fakeFindings(): Json[] {
  const first = [
    { code: 'missing-image', message: 'annotations.json names an image that the zip does not have.', entry: 'annotations.json', pointer: '/images/12/file_name', hint: 'Add the file or remove the entry.' },
    { code: 'bbox-out-of-image', message: 'The box reaches 41 px over the right edge.', entry: 'annotations.json', pointer: '/annotations/31/bbox/2', hint: 'A box must lie inside its image.' },
    { code: 'unknown-class', message: 'There is no class with the id 9.', entry: 'annotations.json', pointer: '/annotations/32/class_id' },
    { code: 'unsupported-image', message: 'The file is not a JPEG, PNG or WebP image.', entry: 'images/000044.jpg' },
    { code: 'duplicate-name', message: 'Two entries differ in case only.', entry: 'images/IMG_7.JPG' },
  ];
  return [...first, ...Array.from({ length: 38 }, (_, index) => ({ code: 'crc-mismatch', message: 'The checksum of the entry is wrong.', entry: `images/${String(index + 100).padStart(6, '0')}.jpg`, hint: 'Make the zip again.' }))];
}
