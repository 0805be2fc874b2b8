import { codecOf, recognise, type FormatCodec, type SourceTree } from '@app/dataset-formats';
import { DomainError, failpoint } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import { AnnotationReader, ClassIntake, LabelIntake, type IntakeOutcome } from '../../../../annotation/index.js';
import { DatasetAccess, DatasetImages, type DatasetFacts } from '../../../../dataset/index.js';
import { MappedClasses, newClasses, type ClassMapping } from '../../class-mapping.js';
import { ImportPass, type PreparedLabels } from '../../import-pass.js';
import { LabelFiles } from '../../ports/label-files.port.js';
import { ImportAnnotationsCommand, type ImportReport, type ImportRequest } from './import-annotations.command.js';

/** Each reads files of any size some times over; more would starve the others of this process. */
const MOST_AT_ONCE = 3;

interface Run {
  readonly principal: Principal;
  readonly facts: DatasetFacts;
  readonly request: ImportRequest;
  readonly codec: FormatCodec;
  readonly source: SourceTree;
  readonly mapping: ClassMapping;
}

type Written = Record<IntakeOutcome['status'], number>;

/**
 * The files are read once to find everything that is wrong, by the rules that edits are held to; only then classes are made and labels are written, in a
 * second reading. Labels of some hundred images are one statement each; a repeat of the same file writes nothing.
 */
@CommandHandler(ImportAnnotationsCommand)
export class ImportAnnotationsHandler implements ICommandHandler<ImportAnnotationsCommand> {
  private running = 0;

  constructor(
    private readonly reader: AnnotationReader,
    private readonly access: DatasetAccess,
    private readonly images: DatasetImages,
    private readonly classes: ClassIntake,
    private readonly labels: LabelIntake,
    private readonly files: LabelFiles,
  ) {}

  async execute({ principal, datasetId, request }: ImportAnnotationsCommand): Promise<ImportReport> {
    const facts = await this.reader.check(principal, datasetId, 'label');
    if (this.running >= MOST_AT_ONCE) throw new DomainError('rate-limited', `${MOST_AT_ONCE} imports at a time are the most. Wait for one to end.`, { retryAfterSeconds: 5, extensions: { limit: MOST_AT_ONCE } });
    this.running += 1;
    try {
      const { mapping, file } = await request.open();
      const received = await this.files.receive(file, request.signal);
      try {
        const { source } = received;
        const codec = request.format === 'auto' ? await recognise(source) : codecOf(request.format);
        return await this.run({ principal, facts, request, codec, source, mapping });
      } finally {
        await received.discard().catch(() => undefined);
      }
    } finally {
      this.running -= 1;
    }
  }

  private async run(run: Run): Promise<ImportReport> {
    const { facts, request, principal } = run;
    const checked = await this.check(run);
    const { pass, mapped } = checked;
    if (request.dryRun) return reportOf(run, checked, null);
    if (pass.findings.errorsTotal > 0 && request.onError === 'refuse') throw refusal(run, checked);
    const wanted = newClasses(pass.noted.list, mapped, (name, field) => pass.findings.warn('class-details', `The ${field} of the class ${name.slice(0, 100)} was left out: it has not the form that classes have here.`, { pointer: '/file' }));
    if (wanted.length > 0) await this.access.check(principal, facts.id, 'manage');
    await this.classes.add(principal, facts.id, wanted);
    return reportOf(run, checked, await this.write(run));
  }

  private async check(run: Run): Promise<Checked> {
    const mapped = new MappedClasses(run.mapping, await this.classes.list(run.facts.id));
    const pass = this.pass(run, mapped);
    for await (const batch of pass.batches()) {
      for (const one of batch) pass.refuse(one, this.labels.check(one.labels, run.facts, mapped.classes));
    }
    checkMapping(pass, mapped, run.mapping);
    if (pass.counts.matched === 0) pass.findings.error('no-image-matched', 'No image of the dataset is named in the files: images are known by their file names.', { pointer: '/file' });
    return { pass, mapped };
  }

  private async write(run: Run): Promise<Written> {
    const { facts, principal, request } = run;
    const pass = this.pass(run, new MappedClasses(run.mapping, await this.classes.list(facts.id)));
    const written: Written = { changed: 0, unchanged: 0, kept: 0, refused: 0 };
    for await (const batch of pass.batches()) {
      request.signal.throwIfAborted();
      const outcomes = await this.labels.write(principal, facts, batch.map((one: PreparedLabels) => one.labels), request.onLabeled);
      for (const { status } of outcomes) written[status] += 1;
      await failpoint('import-batch');
    }
    return written;
  }

  private pass({ facts, codec, source, request }: Run, classes: MappedClasses): ImportPass {
    return new ImportPass({ source, codec, facts, images: this.images, classes, signal: request.signal });
  }
}

interface Checked {
  readonly pass: ImportPass;
  readonly mapped: MappedClasses;
}

/** Every class is either mapped or has the name of one of the dataset's. */
function checkMapping({ findings, noted }: ImportPass, mapped: MappedClasses, mapping: ClassMapping): void {
  for (const [name, target] of mapping) {
    if (typeof target === 'number' && !mapped.classes.byId.has(target)) findings.error('unknown-class', `The dataset has no class ${target}.`, { pointer: `/class_mapping/${pointerPart(name)}` });
  }
  for (const { name, count } of noted.list) {
    if (count > 0 && mapped.targetOf(name) === undefined) findings.error('unmapped-class', `No class of the dataset is called ${name.slice(0, 100)}: map it to an id, "create" or "skip".`, { pointer: `/class_mapping/${pointerPart(name)}` });
  }
  if (noted.overflow > 0) findings.error('too-many-classes', 'The files name more than 10,000 classes.', { pointer: '/file' });
}

/** RFC 6901; a name from outside is cut. */
const pointerPart = (name: string): string => name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');

const NOTHING: Written = { changed: 0, unchanged: 0, kept: 0, refused: 0 };

function reportOf({ request, codec }: Run, { pass, mapped }: Checked, written: Written | null): ImportReport {
  const { findings, counts, objects, noted } = pass;
  const classes = noted.list.map(({ name, count }) => ({ name, count, target: mapped.targetOf(name) ?? null }));
  return { dry_run: request.dryRun, format: codec.name, images: { ...counts, ...(written ?? NOTHING) }, objects, classes, errors: findings.errors, errors_total: findings.errorsTotal, warnings: findings.warnings };
}

/** Nothing was written; what was found is told, and what the classes would become. */
function refusal(run: Run, checked: Checked): DomainError {
  const { errors, errors_total: total, classes, images } = reportOf(run, checked, null);
  return new DomainError('validation-failed', 'The labels cannot be taken in like this; every finding is listed, and nothing was written.', { findings: errors, extensions: { errors_total: total, classes, images } });
}
