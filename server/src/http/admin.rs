//! Who may change something: whoever sends the server's token with each request, as `Authorization: Bearer TOKEN`. There are no cookies, so that
//! no other site can have a visitor's browser send one: a page of another origin would have to know the token.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use shared::{ApiErrorBody, route};

use super::error::Failure;
use super::state::Explorer;
use crate::runs::AdminToken;

/// Wrong tokens that are answered as such within [`WINDOW`].
const MAX_WRONG: usize = 10;
/// Changes within [`WINDOW`], such as uploads and runs.
const MAX_CHANGES: usize = 60;
const WINDOW: Duration = Duration::from_secs(60);

const SCHEME: &str = "bearer ";

/// Knows the token, and counts who comes without it.
#[derive(Debug)]
pub struct Gate {
    token: Option<AdminToken>,
    wrong: Limit,
    changes: Limit,
}

/// So many within a window of time.
#[derive(Debug)]
struct Limit {
    max: usize,
    times: Mutex<VecDeque<Instant>>,
}

/// The request came with the token.
#[derive(Clone, Copy, Debug)]
pub struct Admin;

/// The request came with the token, and there are not too many that change something.
#[derive(Clone, Copy, Debug)]
pub struct AdminChange;

impl Gate {
    /// With this token; none: nobody gets in.
    pub fn new(token: Option<AdminToken>) -> Self {
        Self { token, wrong: Limit::new(MAX_WRONG), changes: Limit::new(MAX_CHANGES) }
    }

    /// Whether there is a token.
    pub fn is_open(&self) -> bool {
        self.token.is_some()
    }

    /// Lets in who has the token. Whoever guesses is told to come back later after a few wrong ones, all of them together, so that
    /// guessing from many addresses gains nothing; the right token is always taken, or guessing would lock out who has it.
    ///
    /// # Errors
    /// There is no token, or the request came without it.
    pub fn check(&self, authorization: Option<&str>) -> Result<Admin, Failure> {
        let token = self.token.as_ref().ok_or(Failure::TrainingOff)?;
        let given = authorization.and_then(bearer).ok_or(Failure::Unauthorized)?;
        if token.is(given) {
            return Ok(Admin);
        }
        self.wrong.count()?;
        Err(Failure::Unauthorized)
    }
}

impl Limit {
    fn new(max: usize) -> Self {
        Self { max, times: Mutex::default() }
    }

    /// Counts one more.
    ///
    /// # Errors
    /// There were too many; says when the next may come.
    fn count(&self) -> Result<(), Failure> {
        let mut times = self.lock();
        while times.front().is_some_and(|first| first.elapsed() >= WINDOW) {
            times.pop_front();
        }
        if times.len() >= self.max {
            let waited = times.front().map_or(WINDOW, Instant::elapsed);
            let seconds = WINDOW.saturating_sub(waited).as_secs() + 1;
            return Err(Failure::TooManyRequests { seconds });
        }
        times.push_back(Instant::now());
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Instant>> {
        self.times.lock().expect("no holder of this lock panics")
    }
}

impl FromRequestParts<Explorer> for Admin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, explorer: &Explorer) -> Result<Self, Failure> {
        let authorization = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        explorer.gate().check(authorization)
    }
}

impl FromRequestParts<Explorer> for AdminChange {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, explorer: &Explorer) -> Result<Self, Failure> {
        Admin::from_request_parts(parts, explorer).await?;
        explorer.gate().changes.count()?;
        Ok(Self)
    }
}

/// What stands behind the name of the scheme.
fn bearer(authorization: &str) -> Option<&str> {
    let scheme = authorization.get(..SCHEME.len())?;
    scheme.eq_ignore_ascii_case(SCHEME).then(|| authorization[SCHEME.len()..].trim())
}

/// Whether a token is right.
///
/// For a page that has just been given one. Everything that changes something takes the same header, `Authorization: Bearer TOKEN`.
#[utoipa::path(
    get,
    path = route::ADMIN,
    tag = "Training",
    security(("admin_token" = [])),
    responses(
        (status = 204, description = "It is."),
        (status = 401, description = "`unauthorized`: it is missing or wrong", body = ApiErrorBody),
        (status = 403, description = "`training_off`: no admin token was set", body = ApiErrorBody),
        (status = 429, description = "`too_many_requests`: too many wrong ones; see `Retry-After`", body = ApiErrorBody),
    )
)]
pub async fn check_token(State(_explorer): State<Explorer>, _admin: Admin) -> StatusCode {
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    use shared::ErrorCode;

    use super::*;

    #[test]
    fn guessing_is_slowed_down_and_locks_nobody_out() {
        let gate = Gate::new(Some(AdminToken::new("the right admin token").expect("long enough")));
        let code = |given| gate.check(given).map(|_admin| ()).map_err(|failure| failure.code());
        assert_eq!(code(None), Err(ErrorCode::Unauthorized));
        assert_eq!(code(Some("Basic abc")), Err(ErrorCode::Unauthorized));
        for _ in 0..MAX_WRONG {
            assert_eq!(code(Some("Bearer a wrong admin token")), Err(ErrorCode::Unauthorized));
        }
        assert_eq!(code(Some("Bearer a wrong admin token")), Err(ErrorCode::TooManyRequests));
        assert_eq!(code(Some("bearer the right admin token")), Ok(()));
    }

    #[test]
    fn without_a_token_nobody_gets_in() {
        let gate = Gate::new(None);
        let code = gate.check(Some("Bearer ")).map(|_admin| ()).map_err(|failure| failure.code());
        assert_eq!(code, Err(ErrorCode::TrainingOff));
    }
}
