/** The name and the colour that others see. Kept on this device. */
import { type ReactElement, useState } from 'react';
import { useSetting } from '../hooks/use-setting.ts';
import { cleanName, MAX_NAME_LENGTH, PROFILE_COLORS, type Profile } from '../model/profile.ts';
import type { Setting } from '../model/settings.ts';
import { initialOf } from './people.tsx';
import { Popover } from './popover.tsx';

export function ProfileMenu({ setting }: { readonly setting: Setting<Profile> }): ReactElement {
  const profile = useSetting(setting);
  const button = (
    <>
      <span
        className="person"
        style={{ backgroundColor: profile.color }}
        data-face={initialOf(profile.name)}
      />
      <span className="profile-name">{profile.name}</span>
    </>
  );
  return (
    <Popover label={`Your name: ${profile.name}`} className="profile-button" button={button} side="above">
      <ProfileForm profile={profile} onChange={(changed) => setting.set(changed)} />
    </Popover>
  );
}

interface ProfileFormProps {
  readonly profile: Profile;
  readonly onChange: (profile: Profile) => void;
}

function ProfileForm({ profile, onChange }: ProfileFormProps): ReactElement {
  // What is typed may be blank or end in a space for a while; what is kept never is.
  const [typed, setTyped] = useState(profile.name);
  const onName = (text: string): void => {
    setTyped(text);
    const name = cleanName(text);
    if (name !== '') onChange({ ...profile, name });
  };
  return (
    <div className="profile-form">
      <label>
        Your name, as others see it
        <input
          className="text-input"
          maxLength={MAX_NAME_LENGTH}
          autoComplete="nickname"
          value={typed}
          onChange={(event) => onName(event.target.value)}
        />
      </label>
      <fieldset className="colors">
        <legend>Your colour</legend>
        {PROFILE_COLORS.map((color, i) => (
          <label key={color} className="color" style={{ backgroundColor: color }}>
            <input
              type="radio"
              name="color"
              aria-label={`Colour ${i + 1}`}
              checked={color === profile.color}
              onChange={() => onChange({ ...profile, color })}
            />
          </label>
        ))}
      </fieldset>
      <p className="fine">Kept on this device. Nobody checks it.</p>
    </div>
  );
}
