import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** One accent, a calm blue-green. Shade 8 carries white text at 5:1, shade 4 stands on the dark surface at 7:1. */
const lagoon: MantineColorsTuple = ['#e8f6f4', '#d3ebe8', '#a5d8d2', '#75c4bc', '#4fb3aa', '#2f9f96', '#188a82', '#0b7a74', '#0b6e6b', '#07524f'];
const gray: MantineColorsTuple = ['#f8f9f9', '#f1f3f3', '#e5e9e9', '#d6dcdc', '#bcc5c4', '#97a3a1', '#6d7a78', '#55625f', '#394442', '#1c2524'];
const dark: MantineColorsTuple = ['#dfe5e4', '#b7c1bf', '#96a3a0', '#6f7d7a', '#3c4645', '#2c3434', '#20282a', '#181d1f', '#121617', '#0c0f10'];

/** Latin first where the system has a fine sans of its own, then each system's Korean face. */
const SANS = '-apple-system, "Segoe UI", "Pretendard", "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR", "Noto Sans", Roboto, sans-serif';
const MONO = 'ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", "D2Coding", monospace';

export const theme = createTheme({
  colors: { lagoon, gray, dark },
  primaryColor: 'lagoon',
  primaryShade: 8,
  white: '#ffffff',
  black: '#16201f',
  autoContrast: true,
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '8px', lg: '12px', xl: '18px' },
  fontFamily: SANS,
  fontFamilyMonospace: MONO,
  fontSizes: { xs: '0.75rem', sm: '0.875rem', md: '0.9375rem', lg: '1.0625rem', xl: '1.25rem' },
  lineHeights: { xs: '1.4', sm: '1.5', md: '1.55', lg: '1.55', xl: '1.5' },
  headings: {
    fontFamily: SANS,
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.625rem', lineHeight: '1.25' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.4' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
  components: {
    Modal: { styles: { title: { fontSize: '1.0625rem', fontWeight: 650 } }, defaultProps: { centered: true, radius: 'lg', overlayProps: { backgroundOpacity: 0.45, blur: 2 }, transitionProps: { duration: 120 } } },
    Menu: { defaultProps: { radius: 'md', shadow: 'md', transitionProps: { duration: 80 } } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Table: { defaultProps: { verticalSpacing: 'xs', horizontalSpacing: 'sm', borderColor: 'var(--page-line)' } },
    InputWrapper: { styles: { label: { marginBottom: 4 }, description: { marginBottom: 4 } } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#16201f',
    '--mantine-color-dimmed': '#55625f',
    '--mantine-color-default-border': '#dfe4e4',
    '--mantine-color-placeholder': '#6d7a78',
    '--mantine-color-error': '#b42318',
    '--page-canvas': '#f5f7f7',
    '--page-line': '#e5e9e9',
    '--page-soft': '#f1f4f4',
    '--page-focus': '#0b6e6b',
    '--page-accent': '#0b6e6b',
    '--tone-good': '#17693a',
    '--tone-good-soft': '#e5f4ea',
    '--tone-bad': '#b42318',
    '--tone-bad-soft': '#fdecea',
    '--tone-warn': '#8a5200',
    '--tone-warn-soft': '#fdf2de',
    '--tone-run': '#0b5c8f',
    '--tone-run-soft': '#e4f1fa',
    '--tone-idle': '#4a5755',
    '--tone-idle-soft': '#edf1f1',
    '--chart-a': '#0072b2',
    '--chart-b': '#c4570a',
    '--chart-c': '#0b7a55',
    '--chart-d': '#a0307f',
    '--chart-e': '#6b5a00',
    '--chart-grid': '#e9eded',
    '--heat': '11, 92, 143',
    '--heat-miss': '190, 60, 20',
  },
  dark: {
    '--mantine-color-body': '#181d1f',
    '--mantine-color-text': '#e2e8e7',
    '--mantine-color-dimmed': '#9eaba8',
    '--mantine-color-default-border': '#323b3c',
    '--mantine-color-placeholder': '#8b9996',
    '--mantine-color-error': '#ff8a80',
    '--mantine-color-anchor': '#75c4bc',
    '--page-canvas': '#101415',
    '--page-line': '#283032',
    '--page-soft': '#1f2628',
    '--page-focus': '#4fb3aa',
    '--page-accent': '#75c4bc',
    '--tone-good': '#7fd3a0',
    '--tone-good-soft': '#17301f',
    '--tone-bad': '#ff9a90',
    '--tone-bad-soft': '#3a1a18',
    '--tone-warn': '#f2c26b',
    '--tone-warn-soft': '#35270f',
    '--tone-run': '#8cc8f2',
    '--tone-run-soft': '#132b3b',
    '--tone-idle': '#aab6b4',
    '--tone-idle-soft': '#262e30',
    '--chart-a': '#5db4f0',
    '--chart-b': '#f0a35e',
    '--chart-c': '#58c9a0',
    '--chart-d': '#ee92d0',
    '--chart-e': '#d8cc63',
    '--chart-grid': '#263031',
    '--heat': '93, 180, 240',
    '--heat-miss': '240, 130, 90',
  },
});
