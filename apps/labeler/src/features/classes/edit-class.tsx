import { FormActions } from '../../ui/form-actions.js';
import { Stack, Textarea, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClassFields } from '../../api/class-queries.js';
import type { LabelClass } from '../../api/types.js';
import { namesOf, skeletonOf, skeletonText } from './keypoint-text.js';
import { useClassProblem, type useChangeClasses } from './use-change-classes.js';

interface EditProps {
  readonly item: LabelClass;
  readonly isPose: boolean;
  readonly change: ReturnType<typeof useChangeClasses>;
  readonly onClose: () => void;
}

/** Name, and for poses keypoints and skeleton; keypoints are fixed once an image shows the class. */
export function EditClass({ item, isPose, change, onClose }: EditProps): ReactElement {
  const { t } = useTranslation();
  const problem = useClassProblem();
  const [name, setName] = useState(item.name);
  const [points, setPoints] = useState((item.keypoints ?? []).join('\n'));
  const [bones, setBones] = useState(skeletonText(item.skeleton));
  const isFixed = item.image_count > 0;
  const keypoints = namesOf(points);
  const skeleton = skeletonOf(bones, keypoints.length);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() === '' || skeleton.wrong !== null) return;
    const pose: ClassFields = isPose ? { skeleton: skeleton.pairs.length === 0 ? null : skeleton.pairs, ...(isFixed ? {} : { keypoints: keypoints.length === 0 ? null : keypoints }) } : {};
    change.mutate({ kind: 'edit', id: item.id, fields: { name: name.trim(), ...pose } }, { onSuccess: onClose });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput label={t('classes.name')} maxLength={255} value={name} error={change.error === null ? undefined : problem(change.error)} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
        {isPose && (
          <>
            <Textarea label={t('classes.keypoints')} description={t(isFixed ? 'classes.keypointsFixed' : 'classes.keypointsHint')} rows={6} disabled={isFixed} value={points} onChange={(event) => setPoints(event.currentTarget.value)} />
            <TextInput label={t('classes.skeleton')} description={t('classes.skeletonHint')} value={bones} error={skeleton.wrong === null ? undefined : t('classes.skeletonWrong', { pair: skeleton.wrong })} onChange={(event) => setBones(event.currentTarget.value)} />
          </>
        )}
        <FormActions submit={t('common.save')} busy={change.isPending} onCancel={onClose} />
      </Stack>
    </form>
  );
}
