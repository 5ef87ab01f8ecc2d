use super::*;

/// A form that is confirmed without a call to AWS.
const FORM: &str = "action=selected-redrive&message=m-1&reason=http_503";

fn empty(request: Builder) -> Request<Body> {
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn token_works_once_and_leaves_the_address() {
    let console = Running::new("dev");
    let open = || empty(get(&format!("/?token={}", console.token)));
    let first = console.send(open()).await;
    assert_eq!((first.status, first.headers["location"].to_str().unwrap()), (StatusCode::SEE_OTHER, "/"));
    let cookie = first.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.ends_with("; HttpOnly; SameSite=Strict; Path=/"), "{cookie}");
    let second = console.send(open()).await;
    assert_eq!((second.status, second.headers.get("set-cookie")), (StatusCode::FORBIDDEN, None));
    assert!(second.body.contains("It works once"), "{}", second.body);
}

#[tokio::test]
async fn every_path_needs_the_cookie() {
    let console = Running::new("dev");
    let cookie = console.cookie().await;
    for path in ["/", "/?token=", "/?token=guess", "/dead-letters", "/sources", "/assets/console.css", "/none"] {
        let rejected = console.send(empty(get(path))).await;
        assert_eq!(rejected.status, StatusCode::FORBIDDEN, "{path}");
        assert!(rejected.body.contains("open the address that `hookline console` printed"), "{}", rejected.body);
    }
    let wrong = console.send(empty(get("/assets/console.css").header("cookie", "hookline_console_4000=x"))).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    let style = console.send(empty(get("/assets/console.css").header("cookie", &cookie))).await;
    assert_eq!(
        (style.status, style.headers["content-type"].to_str().unwrap()),
        (StatusCode::OK, "text/css; charset=utf-8")
    );
}

#[tokio::test]
async fn other_hosts_have_no_page() {
    let console = Running::new("dev");
    let cookie = console.cookie().await;
    let of_host =
        |host: &str| empty(Request::get("/assets/console.css").header("cookie", &cookie).header("host", host));
    for host in ["attacker.example:4000", "127.0.0.1:4001", "127.0.0.1", "localhost", "127.0.0.1:4000.example", ""] {
        assert_eq!(console.send(of_host(host)).await.status, StatusCode::FORBIDDEN, "{host}");
    }
    for host in ["127.0.0.1:4000", "localhost:4000"] {
        assert_eq!(console.send(of_host(host)).await.status, StatusCode::OK, "{host}");
    }
    let without = empty(Request::get("/assets/console.css").header("cookie", &cookie));
    assert_eq!(console.send(without).await.status, StatusCode::FORBIDDEN);
    // The token is not exchanged for a rebound name.
    let fresh = Running::new("dev");
    let rebound = Request::get(format!("/?token={}", fresh.token)).header("host", "attacker.example:4000");
    assert_eq!(fresh.send(empty(rebound)).await.status, StatusCode::FORBIDDEN);
    assert!(!fresh.cookie().await.is_empty());
}

#[tokio::test]
async fn forms_need_their_origin_and_their_value() {
    let console = Running::new("dev");
    let cookie = console.cookie().await;
    let path = "/dead-letters/confirm";
    let form = format!("{FORM}&csrf={}", console.csrf);
    let accepted = console.send(post(path, &cookie).body(form.clone().into()).unwrap()).await;
    assert_eq!(accepted.status, StatusCode::OK, "{}", accepted.body);
    for origin in ["http://attacker.example", "null", "http://localhost:4000", "https://127.0.0.1:4000", ""] {
        let request = Request::post(path).header("host", "127.0.0.1:4000").header("cookie", &cookie);
        let request = request.header("origin", origin).body(form.clone().into()).unwrap();
        assert_eq!(console.send(request).await.status, StatusCode::FORBIDDEN, "{origin}");
    }
    let without = Request::post(path).header("host", "127.0.0.1:4000").header("cookie", &cookie);
    assert_eq!(console.send(without.body(form.clone().into()).unwrap()).await.status, StatusCode::FORBIDDEN);
    for form in [FORM.to_owned(), format!("{FORM}&csrf="), format!("{FORM}&csrf=guess")] {
        let rejected = console.send(post(path, &cookie).body(form.into()).unwrap()).await;
        assert_eq!(rejected.status, StatusCode::FORBIDDEN);
        assert!(rejected.body.contains("nothing was changed"), "{}", rejected.body);
    }
    let long = post(path, &cookie).body("x".repeat(2 * 1024 * 1024).into()).unwrap();
    assert_eq!(console.send(long).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let put = Request::put(path).header("host", "127.0.0.1:4000").header("cookie", &cookie);
    assert_eq!(console.send(empty(put)).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn responses_limit_what_a_page_can_do() {
    let console = Running::new("dev");
    let rejected = console.send(empty(get("/"))).await;
    let cookie = console.cookie().await;
    let page = console.send(post("/dead-letters/confirm", &cookie).body(Body::empty()).unwrap()).await;
    let missing = console.send(empty(get("/none").header("cookie", &cookie))).await;
    for received in [rejected, page, missing] {
        let header = |name: &str| received.headers[name].to_str().unwrap();
        let policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        assert_eq!(header("content-security-policy"), policy);
        assert_eq!((header("x-content-type-options"), header("cache-control")), ("nosniff", "no-store"));
        assert_eq!((header("referrer-policy"), header("x-frame-options")), ("same-origin", "DENY"));
    }
}

#[tokio::test]
async fn production_needs_the_name_of_the_workspace() {
    let console = Running::new("prod");
    let cookie = console.cookie().await;
    for typed in ["", "&workspace=dev"] {
        let form = format!("{FORM}{typed}&csrf={}", console.csrf);
        let page = console.send(post("/dead-letters/apply", &cookie).body(form.into()).unwrap()).await;
        assert_eq!(page.status, StatusCode::BAD_GATEWAY);
        assert!(page.body.contains("type `prod` to confirm"), "{}", page.body);
    }
    let form = format!("{FORM}&workspace=prod&csrf={}", console.csrf);
    let started = console.send(post("/dead-letters/apply", &cookie).body(form.into()).unwrap()).await;
    assert_eq!(started.headers["location"].to_str().unwrap(), "/job?id=1");
}

#[tokio::test]
async fn fields_are_escaped() {
    let console = Running::new("dev");
    let cookie = console.cookie().await;
    let markup = "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%27";
    let form =
        format!("action=selected-delete&message={markup}&reason={markup}&destination={markup}&csrf={}", console.csrf);
    let page = console.send(post("/dead-letters/confirm", &cookie).body(form.into()).unwrap()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("&lt;script&gt;") && !page.body.contains("<script>"), "{}", page.body);
    let event = console.send(empty(get(&format!("/none/{markup}")).header("cookie", &cookie))).await;
    assert!(!event.body.contains("<script>"), "{}", event.body);
}
