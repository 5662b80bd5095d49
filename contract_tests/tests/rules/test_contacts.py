"""The normal form of LinkedIn addresses."""

from hypothesis import given
from hypothesis import strategies as st
from sequences_contract.rules.resources.contacts import profile

SLUGS = st.text("abcxyzABC019-_%", min_size=1, max_size=20)


@given(
    SLUGS,
    st.sampled_from(["", "http://", "https://", "HTTPS://"]),
    st.sampled_from(["", "www.", "WWW."]),
    st.sampled_from(["linkedin.com", "LinkedIn.com", "LINKEDIN.COM"]),
    st.sampled_from(["", "/"]),
)
def test_scheme_www_slash_and_the_case_of_the_host_do_not_count(slug, scheme, www, host, slash):
    assert profile(f"{scheme}{www}{host}/in/{slug}{slash}") == f"linkedin.com/in/{slug}"


@given(SLUGS, SLUGS)
def test_other_profiles_stay_other_profiles(one, other):
    assert (profile(f"https://linkedin.com/in/{one}") == profile(f"linkedin.com/in/{other}")) == (one == other)
