import { Global, Module } from '@nestjs/common';
import { CredentialVerifier } from '../../platform/auth/credential-verifier.js';
import { ApiKeysController } from './api/http/api-keys.controller.js';
import { AuthController } from './api/http/auth.controller.js';
import { RefreshCookie } from './api/http/refresh-cookie.js';
import { UsersController } from './api/http/users.controller.js';
import { ChangePasswordHandler } from './application/commands/change-password/change-password.handler.js';
import { CreateApiKeyHandler } from './application/commands/create-api-key/create-api-key.handler.js';
import { CreateUserHandler } from './application/commands/create-user/create-user.handler.js';
import { LogInHandler } from './application/commands/log-in/log-in.handler.js';
import { LogOutHandler } from './application/commands/log-out/log-out.handler.js';
import { RefreshSessionHandler } from './application/commands/refresh-session/refresh-session.handler.js';
import { ResetPasswordHandler } from './application/commands/reset-password/reset-password.handler.js';
import { RevokeApiKeyHandler } from './application/commands/revoke-api-key/revoke-api-key.handler.js';
import { UpdateUserHandler } from './application/commands/update-user/update-user.handler.js';
import { ApiKeys, LoginThrottle, PasswordHasher, Sessions } from './application/ports/credentials.port.js';
import { Memberships } from './application/ports/memberships.port.js';
import { Users } from './application/ports/users.port.js';
import { GetMeHandler } from './application/queries/get-me/get-me.handler.js';
import { ListApiKeysHandler } from './application/queries/list-api-keys/list-api-keys.handler.js';
import { ListUsersHandler } from './application/queries/list-users/list-users.handler.js';
import { Argon2PasswordHasher } from './infrastructure/argon2-password-hasher.js';
import { IdentityCleanUps } from './infrastructure/identity-clean-ups.js';
import { IdentityCredentialVerifier } from './infrastructure/credential-verifier.js';
import { FirstAdministrator } from './infrastructure/first-administrator.js';
import { JwtAccessTokens } from './infrastructure/jwt-access-tokens.js';
import { TypeormApiKeys } from './infrastructure/typeorm-api-keys.js';
import { TypeormLoginThrottle } from './infrastructure/typeorm-login-throttle.js';
import { TypeormMemberships } from './infrastructure/typeorm-memberships.js';
import { TypeormSessions } from './infrastructure/typeorm-sessions.js';
import { TypeormUsers } from './infrastructure/typeorm-users.js';

const COMMANDS = [
  ...[LogInHandler, RefreshSessionHandler, LogOutHandler, ChangePasswordHandler],
  ...[CreateUserHandler, UpdateUserHandler, ResetPasswordHandler, CreateApiKeyHandler, RevokeApiKeyHandler],
];
const QUERIES = [GetMeHandler, ListUsersHandler, ListApiKeysHandler];

/** Users, sessions, API keys, memberships. Global: the guard of every route asks it. */
@Global()
@Module({
  controllers: [AuthController, UsersController, ApiKeysController],
  providers: [
    ...COMMANDS,
    ...QUERIES,
    ...[FirstAdministrator, JwtAccessTokens, RefreshCookie, IdentityCleanUps],
    { provide: Users, useClass: TypeormUsers },
    { provide: Sessions, useClass: TypeormSessions },
    { provide: ApiKeys, useClass: TypeormApiKeys },
    { provide: PasswordHasher, useClass: Argon2PasswordHasher },
    { provide: LoginThrottle, useClass: TypeormLoginThrottle },
    { provide: Memberships, useClass: TypeormMemberships },
    { provide: CredentialVerifier, useClass: IdentityCredentialVerifier },
  ],
  exports: [CredentialVerifier, Memberships],
})
export class IdentityModule {}
