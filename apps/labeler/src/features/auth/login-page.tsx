import { Button, PasswordInput, Stack, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi, useNavigate, useRouter } from '@tanstack/react-router';
import { useRef, useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { problemOf, type Problem } from '../../api/problem.js';
import { session } from '../../api/session.js';
import { PreferenceMenus } from '../../app/preferences.js';
import { safeTarget } from '../../app/redirect-target.js';
import { useFormat } from '../../i18n/use-format.js';
import { Icon, Mark, type IconName } from '../../ui/icons.js';
import { Notice } from '../../ui/notice.js';
import { usePageTitle } from '../../ui/use-page-title.js';
import { useProblemText } from '../../ui/use-problem-text.js';
import classes from './login-page.module.css';

const route = getRouteApi('/login');
const POINTS: readonly { readonly key: 'upload' | 'train' | 'own'; readonly icon: IconName }[] = [
  { key: 'upload', icon: 'upload' },
  { key: 'train', icon: 'training' },
  { key: 'own', icon: 'box' },
];

export function LoginPage(): ReactElement {
  const { t } = useTranslation();
  usePageTitle(t('login.title'));
  return (
    <div className={classes.frame}>
      <aside className={classes.side}>
        <div className={classes.brand}>
          <Mark size={34} />
          <span>{t('app.name')}</span>
        </div>
        <div>
          <p className={classes.tagline}>{t('login.tagline')}</p>
          <ul className={classes.points}>
            {POINTS.map(({ key, icon }) => (
              <li key={key}>
                <Icon name={icon} />
                <span>{t(`login.points.${key}`)}</span>
              </li>
            ))}
          </ul>
        </div>
      </aside>
      <main className={classes.main}>
        <div className={classes.preferences}>
          <PreferenceMenus />
        </div>
        <LoginForm />
      </main>
    </div>
  );
}

function LoginForm(): ReactElement {
  const { t } = useTranslation();
  const { redirect, ended } = route.useSearch();
  const navigate = useNavigate();
  const router = useRouter();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const passwordField = useRef<HTMLInputElement>(null);
  const logIn = useMutation({
    mutationFn: () => session.logIn(email.trim(), password),
    onSuccess: () => {
      const target = router.history.createHref(safeTarget(redirect));
      void navigate({ href: target, replace: true });
    },
    // Typed anew at once: what is there is wrong.
    onError: () => passwordField.current?.select(),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    logIn.mutate();
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <Stack gap="md">
        <Title order={1}>{t('login.title')}</Title>
        {ended === true && (
          <Notice tone="run" icon="clock">
            {t('login.ended')}
          </Notice>
        )}
        <TextInput label={t('login.email')} type="email" name="email" autoComplete="username" required withAsterisk={false} size="md" value={email} onChange={(event) => setEmail(event.currentTarget.value)} autoFocus />
        <PasswordInput ref={passwordField} label={t('login.password')} name="password" autoComplete="current-password" required withAsterisk={false} size="md" value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
        {/* Below the fields, so that they stay where they are. */}
        {logIn.error !== null && <LoginError problem={problemOf(logIn.error)} />}
        <Button type="submit" size="md" fullWidth loading={logIn.isPending}>
          {t('login.submit')}
        </Button>
        <div className={classes.hints}>
          <p>{t('login.firstTime')}</p>
          <p>{t('login.forgot')}</p>
        </div>
      </Stack>
    </form>
  );
}

function LoginError({ problem }: { readonly problem: Problem }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const text = useProblemText();
  const sentence =
    problem.status === 401
      ? t('login.wrong')
      : problem.status === 429 && problem.retryAfterSeconds !== null
        ? t('login.tooMany', { time: format.duration(problem.retryAfterSeconds) })
        : text(problem);
  return (
    <Notice tone="bad" live>
      {sentence}
    </Notice>
  );
}
