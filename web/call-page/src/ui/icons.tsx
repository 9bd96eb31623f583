import type { ComponentChildren, JSX } from 'preact';

/**
 * Line icons of 24 units, drawn for this page. They say nothing by themselves: a label stands
 * beside each.
 */
function Icon({ children }: { children: ComponentChildren }): JSX.Element {
    return (
        <svg
            class="icon"
            viewBox="0 0 24 24"
            aria-hidden="true"
            focusable="false"
            fill="none"
            stroke="currentColor"
            stroke-width="1.8"
            stroke-linecap="round"
            stroke-linejoin="round"
        >
            {children}
        </svg>
    );
}

const SLASH = <path d="M4 4l16 16" />;
const MICROPHONE = (
    <>
        <rect x="9" y="3" width="6" height="11" rx="3" />
        <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />
    </>
);
const CAMERA = (
    <>
        <rect x="3" y="6.5" width="12.5" height="11" rx="2.5" />
        <path d="M15.5 10.5l5.5-3v9l-5.5-3" />
    </>
);
const HANDSET = (
    <path d="M6.2 4h2.6l1.5 4-2 1.6a12 12 0 0 0 6.1 6.1l1.6-2 4 1.5v2.6a2 2 0 0 1-2.2 2A16.4 16.4 0 0 1 4.2 6.2 2 2 0 0 1 6.2 4z" />
);

export const MicrophoneIcon = () => <Icon>{MICROPHONE}</Icon>;
export const MicrophoneOffIcon = () => (
    <Icon>
        {MICROPHONE}
        {SLASH}
    </Icon>
);
export const CameraIcon = () => <Icon>{CAMERA}</Icon>;
export const CameraOffIcon = () => (
    <Icon>
        {CAMERA}
        {SLASH}
    </Icon>
);
export const PhoneIcon = () => <Icon>{HANDSET}</Icon>;
export const HangUpIcon = () => (
    <Icon>
        <path d="M3.2 14.6c-.6-1 .1-2.4 1-3.1a13.5 13.5 0 0 1 15.6 0c.9.7 1.6 2.1 1 3.1l-1 1.7-4.2-1.1-.3-2.6a12 12 0 0 0-6.6 0l-.3 2.6-4.2 1.1z" />
    </Icon>
);
export const ScreenIcon = () => (
    <Icon>
        <rect x="3" y="4.5" width="18" height="12" rx="2" />
        <path d="M8.5 20h7M12 13.5v-5M9.5 10.5L12 8l2.5 2.5" />
    </Icon>
);
export const PeopleIcon = () => (
    <Icon>
        <circle cx="9" cy="8.5" r="3.5" />
        <path d="M2.5 19.5c.5-3.5 3-5.5 6.5-5.5s6 2 6.5 5.5M15.5 5.5a3.5 3.5 0 0 1 0 6.2M17.5 14.5c2.3.6 3.7 2.4 4 5" />
    </Icon>
);
export const BackIcon = () => (
    <Icon>
        <path d="M14.5 5.5L8 12l6.5 6.5" />
    </Icon>
);
export const CloseIcon = () => (
    <Icon>
        <path d="M6 6l12 12M18 6L6 18" />
    </Icon>
);
export const LockIcon = () => (
    <Icon>
        <rect x="5" y="10.5" width="14" height="9.5" rx="2.5" />
        <path d="M8 10.5V8a4 4 0 0 1 8 0v2.5" />
    </Icon>
);
export const OpenIcon = () => (
    <Icon>
        <circle cx="12" cy="12" r="8.5" />
        <path d="M3.5 12h17M12 3.5c2.5 2.5 3.5 5.5 3.5 8.5s-1 6-3.5 8.5c-2.5-2.5-3.5-5.5-3.5-8.5s1-6 3.5-8.5z" />
    </Icon>
);
export const ServerIcon = () => (
    <Icon>
        <rect x="4" y="4.5" width="16" height="6" rx="1.8" />
        <rect x="4" y="13.5" width="16" height="6" rx="1.8" />
        <path d="M7.5 7.5h.01M7.5 16.5h.01" />
    </Icon>
);
export const MeshIcon = () => (
    <Icon>
        <circle cx="12" cy="5.5" r="2.3" />
        <circle cx="5.5" cy="17.5" r="2.3" />
        <circle cx="18.5" cy="17.5" r="2.3" />
        <path d="M11 7.6l-4.4 7.8M13 7.6l4.4 7.8M7.8 17.5h8.4" />
    </Icon>
);
export const WarningIcon = () => (
    <Icon>
        <path d="M12 4l9 16H3z" />
        <path d="M12 10v4.5M12 17.3h.01" />
    </Icon>
);
export const InfoIcon = () => (
    <Icon>
        <circle cx="12" cy="12" r="8.5" />
        <path d="M12 11v5M12 8h.01" />
    </Icon>
);
export const RefreshIcon = () => (
    <Icon>
        <path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 4v4h-4" />
    </Icon>
);

export function Logo(): JSX.Element {
    return (
        <svg class="logo" viewBox="0 0 40 40" aria-hidden="true" focusable="false">
            <path
                class="logo-back"
                d="M16 5h13a8 8 0 0 1 8 8v5a8 8 0 0 1-8 8v5l-6-5h-7a8 8 0 0 1-8-8v-5a8 8 0 0 1 8-8z"
            />
            <path
                class="logo-front"
                d="M11 13h9a8 8 0 0 1 8 8v3a8 8 0 0 1-8 8h-4l-6 5v-5a8 8 0 0 1-7-8v-3a8 8 0 0 1 8-8z"
            />
        </svg>
    );
}
