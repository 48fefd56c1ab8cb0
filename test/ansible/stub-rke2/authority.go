// Makes the authority of a cluster and the certificates that it issues, and reads the tokens that name it.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"net"
	"strings"
	"time"
)

func random(bytes int) string {
	some := make([]byte, bytes)
	must(rand.Read(some))
	return hex.EncodeToString(some)
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// authority is in PEM.
type authority struct {
	Cert string `json:"cert"`
	Key  string `json:"key"`
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func issue(template *x509.Certificate, by *authority) authority {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template.SerialNumber = must(rand.Int(rand.Reader, big.NewInt(1<<62)))
	template.NotBefore = time.Now().Add(-time.Hour)
	template.NotAfter = time.Now().AddDate(10, 0, 0)
	parent, signer := template, key
	if by != nil {
		certificate, _ := pem.Decode([]byte(by.Cert))
		parent = must(x509.ParseCertificate(certificate.Bytes))
		private, _ := pem.Decode([]byte(by.Key))
		signer = must(x509.ParseECPrivateKey(private.Bytes))
	}
	der := must(x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer))
	return authority{Cert: block("CERTIFICATE", der), Key: block("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(key)))}
}

func newAuthority() authority {
	return issue(&x509.Certificate{
		Subject: pkix.Name{CommonName: "rke2-server-ca@" + random(6)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}, nil)
}

// serverCertificate is for the node itself and whatever tls-san names.
func (a authority) serverCertificate(names []string) tls.Certificate {
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "rke2"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost", "kubernetes", "kubernetes.default"},
		IPAddresses: []net.IP{net.ParseIP("127.0.0.1"), net.ParseIP("::1")},
	}
	for _, name := range names {
		if address := net.ParseIP(name); address != nil {
			template.IPAddresses = append(template.IPAddresses, address)
		} else if name != "" {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	made := issue(template, &a)
	return must(tls.X509KeyPair([]byte(made.Cert), []byte(made.Key)))
}

func (a authority) clientCertificate(name string) authority {
	return issue(&x509.Certificate{
		Subject: pkix.Name{CommonName: name}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, &a)
}

func (a authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(a.Cert))
	return pool
}

// token is the short form, or K10 with the hash of the authority before user and password.
type token struct {
	hash, user, password string
}

func tokenOf(text string) token {
	full, isFull := strings.CutPrefix(text, "K10")
	if !isFull {
		return token{password: text}
	}
	hash, credentials, found := strings.Cut(full, "::")
	user, password, hasUser := strings.Cut(credentials, ":")
	if !found || !hasUser || len(hash) != 64 {
		fatal("invalid token format")
	}
	return token{hash, user, password}
}

func (a authority) full(user, password string) string {
	return "K10" + digest(a.Cert) + "::" + user + ":" + password
}
